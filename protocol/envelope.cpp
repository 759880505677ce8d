#include "protocol/envelope.h"

#include <fmt/format.h>

#include "protocol/envelope_sink.h"
#include "protocol/raw_json.h"

namespace protocol {
namespace {

ScanError refuse(ScanError::Kind kind, std::string what, const detail::EnvelopeSink& sink) {
  ScanError refusal;
  refusal.kind = kind;
  const bool malformed = kind == ScanError::Kind::malformed;
  refusal.error = {malformed ? base::ErrorCode::invalid_json : base::ErrorCode::invalid_message,
                   std::move(what), "Send one JSON-RPC 2.0 message"};
  refusal.jsonrpc_code = malformed ? kParseError : kInvalidRequest;
  refusal.id = sink.trusted_id();
  refusal.has_method = sink.has_method();
  return refusal;
}

}  // namespace

std::string RawString::text() const {
  return escaped ? unescape(raw) : std::string(raw);
}

bool RawString::is(std::string_view plain) const {
  return present && (escaped ? unescape(raw) == plain : raw == plain);
}

Scanned scan(std::string_view bytes) {
  detail::EnvelopeSink sink;
  const JsonFault fault = read_json(bytes, sink);
  if (sink.batch()) {
    return refuse(ScanError::Kind::batch, "the message is a batch, which this revision has not",
                  sink);
  }
  if (!ok(fault)) {
    return refuse(ScanError::Kind::malformed,
                  fmt::format("not valid JSON at byte {}: {}", fault.offset, fault.problem), sink);
  }
  if (const std::string& problem = sink.finish(); !problem.empty()) {
    return refuse(ScanError::Kind::invalid, problem, sink);
  }
  return sink.envelope();
}

}  // namespace protocol
