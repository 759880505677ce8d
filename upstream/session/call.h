// One request to an upstream on behalf of somebody else: what to send, and who is told the outcome.
// Values and the sink's interface; the views of a CallSpec live until the call that takes it
// returns.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace protocol {
struct Envelope;
}

namespace upstream {

// What the caller knows its call by; handed back untouched. Need not be unique.
using CallTag = std::uint64_t;

// Who makes a call, for what the server asks back in the middle of it: a number that the caller
// gives to each client that can be asked.
using CallerKey = std::uint32_t;
inline constexpr CallerKey kNobody = 0;              // cannot be asked: REST, the command line
inline constexpr CallerKey kOurselves = UINT32_MAX;  // tells nothing of any client: log level

// Told what becomes of calls: for each accepted call exactly one of on_result, on_error and
// on_failed, and before it any number of on_progress; nothing after a cancel() that returned true.
// Never called inside the call that started or cancelled it. Views are valid during the call only.
// May call back into the Fleet or session.
// Ownership: outlives its calls (cancel them first).
class CallSink {
 public:
  virtual ~CallSink() = default;
  // `result` is the raw result object, `message` the envelope that carried it.
  virtual void on_result(CallTag tag, std::string_view result,
                         const protocol::Envelope& message) = 0;
  // `error` is the raw JSON-RPC error object of the upstream.
  virtual void on_error(CallTag tag, std::string_view error, const protocol::Envelope& message) = 0;
  // A notifications/progress of the upstream. Its token is ours: send it on with
  // protocol::append_progress(out, message, token), where `token` is the CallSpec's.
  virtual void on_progress(CallTag tag, const protocol::Envelope& message,
                           std::string_view token) = 0;
  // No answer will come: connection lost, deadline, start failed or takes too long.
  virtual void on_failed(CallTag tag, const base::Error& error) = 0;
};

// Two forms. With `request`: that request goes on, with `name`, `uri` and the token changed and all
// else byte for byte. Without: `method` with {"name":name,"arguments":arguments}, or with `params`.
struct CallSpec {
  const protocol::Envelope* request = nullptr;

  std::string_view method;  // a method of MCP; static text. Only without `request`
  std::string_view params;  // raw valid JSON object; only without `request` and `name`

  // The upstream's own name or uri, as plain text. Empty: unchanged.
  std::string_view name;
  std::string_view uri;
  std::string_view arguments;  // raw valid JSON object; only without `request`; empty: {}

  // The caller's, as raw JSON; empty: the upstream is asked for no progress.
  std::string_view progress_token;

  base::Duration deadline{};  // from now; zero: the server's call timeout
  CallerKey caller = kNobody;
  bool shared = false;  // for the process that all share, also when the caller has one of its own
  CallTag tag = 0;
  CallSink* sink = nullptr;  // never null
};

}  // namespace upstream
