#include "upstream/http/probe_ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "protocol/envelope.h"
#include "protocol/revision.h"
#include "upstream/http/post.h"

namespace upstream {
namespace {

constexpr base::JsonLimits kAnswerLimits{.bytes_max = 1024UL * 1024, .depth_max = 64};
constexpr std::array kModernErrors{-32020, -32021, -32022};

struct Word {
  Rung rung;
  std::string_view text;
};
constexpr std::array kWords{Word{Rung::streamable, "legacy/http"}, Word{Rung::sse, "legacy/sse"}};

// Whether a list of versions names one that initialize can agree on.
bool names_legacy(const rapidjson::Value& object, std::string_view member) {
  const rapidjson::Value* list = base::json_array(object, member);
  if (list == nullptr) return false;
  return std::any_of(list->Begin(), list->End(), [](const rapidjson::Value& item) {
    return item.IsString() && protocol::accept_initialize(base::json_text(item)).has_value();
  });
}

DiscoverAnswer by_versions(std::string_view object, std::string_view member) {
  const auto document = base::parse_document(object, kAnswerLimits);
  if (!document) return DiscoverAnswer::unknown;
  return names_legacy(*document, member) ? DiscoverAnswer::speaks_legacy
                                         : DiscoverAnswer::modern_only;
}

// A success is proof only when it is a DiscoverResult: older servers answer anything with 200.
DiscoverAnswer read_result(std::string_view result) {
  const auto document = base::parse_document(result, kAnswerLimits);
  if (!document || base::json_array(*document, "supportedVersions") == nullptr) {
    return DiscoverAnswer::unknown;
  }
  return by_versions(result, "supportedVersions");
}

DiscoverAnswer read_error(const protocol::Envelope& message) {
  const bool modern = message.error_code && std::find(kModernErrors.begin(), kModernErrors.end(),
                                                      *message.error_code) != kModernErrors.end();
  if (!modern) return DiscoverAnswer::unknown;
  const auto error = base::parse_document(message.error, kAnswerLimits);
  const rapidjson::Value* data = error ? base::json_object(*error, "data") : nullptr;
  const bool legacy = data != nullptr && names_legacy(*data, "supported");
  return legacy ? DiscoverAnswer::speaks_legacy : DiscoverAnswer::modern_only;
}

// A status with which a server says that this is not how it is spoken to.
bool speaks_against(const Failure& failure) {
  if (failure.kind == FailureKind::protocol_error) return true;
  if (failure.kind != FailureKind::http_status) return false;
  switch (failure.detail) {
    case 403:
    case 407:
    case 408:
    case 429:
      return false;
    default:
      return failure.detail >= 400 && failure.detail < 500;
  }
}

}  // namespace

std::string_view remembered_word(Rung rung) {
  for (const Word& word : kWords) {
    if (word.rung == rung) return word.text;
  }
  return {};
}

Rung top_of(Ladder ladder) {
  return ladder == Ladder::whole ? Rung::discover : Rung::streamable;
}

Rung first_rung(std::string_view remembered, Ladder ladder) {
  for (const Word& word : kWords) {
    if (word.text == remembered) return word.rung;
  }
  return top_of(ladder);
}

DiscoverAnswer read_discover_answer(const HttpEnd& end) {
  if (end.fault != HttpFault::none) return DiscoverAnswer::no_verdict;
  if (end.head.status == 401 || end.head.status == 403) return DiscoverAnswer::login;
  if (end.head.status == 429 || end.head.status == 503) return DiscoverAnswer::no_verdict;
  const protocol::Scanned scanned = protocol::scan(end.body);
  if (!scanned) return DiscoverAnswer::unknown;
  if (scanned->kind == protocol::MessageKind::error_response) return read_error(*scanned);
  const bool success = end.head.status >= 200 && end.head.status < 300;
  const bool is_result = scanned->kind == protocol::MessageKind::response;
  return success && is_result ? read_result(scanned->result) : DiscoverAnswer::unknown;
}

Rung after_discover(DiscoverAnswer answer) {
  switch (answer) {
    case DiscoverAnswer::speaks_legacy:
    case DiscoverAnswer::unknown:
      return Rung::streamable;
    case DiscoverAnswer::modern_only:
      return Rung::refused;
    case DiscoverAnswer::login:
    case DiscoverAnswer::no_verdict:
      break;
  }
  return Rung::failed;
}

Rung after_failure(Rung rung, const Failure& failure, bool remembered, Ladder ladder) {
  if (!speaks_against(failure)) return Rung::failed;
  if (remembered) return top_of(ladder);
  // What answers initialize like a web page may still be the address of an event stream.
  return rung == Rung::streamable ? Rung::sse : Rung::failed;
}

std::string discover_request() {
  return fmt::format(
      R"({{"jsonrpc":"2.0","id":{},"method":"server/discover","params":{{"_meta":{{)"
      R"("io.modelcontextprotocol/protocolVersion":"{}",)"
      R"("io.modelcontextprotocol/clientCapabilities":{{}},)"
      R"("io.modelcontextprotocol/clientInfo":{{"name":"mcptrunk","version":"{}"}}}}}}}})",
      kDiscoverId, protocol::to_string(protocol::kNewest), MCPTRUNK_VERSION);
}

std::vector<HttpHeader> discover_headers() {
  std::vector<HttpHeader> headers = post_headers();
  headers.push_back({"MCP-Protocol-Version", std::string(protocol::to_string(protocol::kNewest))});
  headers.push_back({"Mcp-Method", "server/discover"});
  return headers;
}

Failure modern_only_failure(const Url& at) {
  return {FailureKind::protocol_error,
          0,
          fmt::format("{} speaks revision {} of the protocol only, which this version does not",
                      origin_text(at), protocol::to_string(protocol::kNewest)),
          "Update mcptrunk, or put a server before it that also speaks 2025-11-25",
          {},
          {}};
}

}  // namespace upstream
