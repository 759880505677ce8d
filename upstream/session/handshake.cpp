#include "upstream/session/handshake.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/log.h"
#include "protocol/handshake.h"
#include "protocol/jsonrpc.h"

namespace upstream {
namespace {

constexpr base::JsonLimits kAnswerLimits{.bytes_max = 1024 * 1024, .depth_max = 64};
constexpr std::size_t kShownBytesMax = 200;
constexpr std::size_t kObjectBytesMax = 64UL * 1024;  // of capabilities and of serverInfo
constexpr std::size_t kLongMemberBytes = 1024;

base::Error broken(std::string what) {
  return {base::ErrorCode::protocol_error, std::move(what),
          "Check that the command or url is an MCP server"};
}

// Cut where a character begins.
std::string text_member(const rapidjson::Value& object, std::string_view name,
                        std::size_t bytes_max) {
  std::string_view text = base::json_string(object, name).value_or("");
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  base::log::warn("session", "{} of a server is cut at {} bytes", name, end);
  return std::string(text.substr(0, end));
}

// Of one over kObjectBytesMax only the members that are short.
std::string object_member(const rapidjson::Value& object, std::string_view name) {
  const rapidjson::Value* member = base::json_object(object, name);
  if (member == nullptr) return "{}";
  std::string whole = base::to_json(*member);
  if (whole.size() <= kObjectBytesMax) return whole;
  base::log::warn("session", "{} of a server is over {} bytes: its long members are left out", name,
                  kObjectBytesMax);
  std::string kept = "{";
  for (const auto& [key, value] : member->GetObject()) {
    const std::string text = base::to_json(value);
    if (key.GetStringLength() + text.size() > kLongMemberBytes) continue;
    if (kept.size() > kObjectBytesMax - 2 * kLongMemberBytes) break;
    if (kept.size() > 1) kept += ',';
    protocol::append_json_string(kept, base::json_text(key));
    kept += ':';
    kept += text;
  }
  return kept + "}";
}

base::Error refusal(const FlowReply& reply) {
  if (reply.outcome == FlowReply::Outcome::failed) return reply.failure;
  return broken("The server refused to initialize: " +
                reply.failure.message.substr(0, kShownBytesMax));
}

base::Task<FlowReply> ask_initialize(FlowPort& port, protocol::Revision revision,
                                     protocol::ClientAbilities abilities) {
  std::string params;
  const protocol::Implementation ourselves{"mcptrunk", MCPTRUNK_VERSION, ""};
  protocol::append_initialize_params(params, revision, abilities, ourselves);
  FlowRequest request(port, "initialize", params);
  FlowReply reply = co_await request;
  co_return reply;
}

}  // namespace

base::Result<Greeting> read_initialize_result(std::string_view result) {
  const auto document = base::parse_document(result, kAnswerLimits);
  if (!document)
    return broken("The answer to initialize cannot be read: " + document.error().message);
  const auto version = base::json_string(*document, "protocolVersion");
  if (!version) return broken("The answer to initialize names no protocolVersion");
  const auto revision = protocol::accept_initialize(*version);
  if (!revision) {
    return broken("The server speaks revision " + std::string(version->substr(0, 32)) +
                  " of the protocol, which is not known");
  }
  Greeting greeting;
  greeting.revision = *revision;
  ServerInfo& server = greeting.server;
  server.protocol_version = protocol::to_string(*revision);
  server.instructions = text_member(*document, "instructions", protocol::kInstructionsBytesMax);
  server.capabilities = object_member(*document, "capabilities");
  server.implementation = object_member(*document, "serverInfo");
  if (const auto* info = base::json_object(*document, "serverInfo")) {
    server.name = text_member(*info, "name", protocol::kHandshakeTextMax);
    server.version = text_member(*info, "version", protocol::kHandshakeTextMax);
  }
  return greeting;
}

std::optional<protocol::Revision> supported_by_refusal(std::string_view error) {
  const auto document = base::parse_document(error, kAnswerLimits);
  if (!document) return std::nullopt;
  const rapidjson::Value* data = base::json_object(*document, "data");
  const rapidjson::Value* list = data != nullptr ? base::json_array(*data, "supported") : nullptr;
  if (list == nullptr) return std::nullopt;
  std::optional<protocol::Revision> best;
  for (const rapidjson::Value& item : list->GetArray()) {
    if (!item.IsString()) continue;
    const auto revision = protocol::accept_initialize(base::json_text(item));
    if (revision && (!best || *revision > *best)) best = revision;
  }
  return best;
}

base::Task<base::Result<Greeting>> connect(FlowPort& port, protocol::Revision offered,
                                           protocol::ClientAbilities abilities) {
  FlowReply reply = co_await ask_initialize(port, offered, abilities);
  if (reply.outcome == FlowReply::Outcome::error) {
    if (const auto other = supported_by_refusal(reply.body)) {
      reply = co_await ask_initialize(port, *other, abilities);
    }
  }
  if (reply.outcome != FlowReply::Outcome::result) co_return refusal(reply);
  base::Result<Greeting> greeting = read_initialize_result(reply.body);
  if (greeting.ok()) port.flow_notify("notifications/initialized", {});
  co_return greeting;
}

}  // namespace upstream
