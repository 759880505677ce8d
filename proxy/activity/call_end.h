// How one tool call ended, told once by whoever had it in flight. Values and the seam that hears
// them.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error_code.h"
#include "proxy/events/call_events.h"
#include "upstream/fleet/fleet.h"

namespace proxy::activity {

// The views are valid while it is told.
struct CallEnd {
  upstream::UpstreamId upstream{};
  std::string_view server;
  std::string_view tool;   // the upstream's own name
  std::string_view actor;  // who called: "mcp" and the session's principal, or "rest"
  events::CallOutcome outcome = events::CallOutcome::ok;
  std::optional<base::ErrorCode> error = {};  // of `failed`
  std::chrono::microseconds duration{};
  std::uint64_t result_bytes = 0;
};

// Tool calls of one kind of caller since the start.
struct CallCounters {
  std::uint64_t started = 0;
  std::uint64_t failed = 0;  // no answer came from the upstream
  std::uint32_t in_flight = 0;
};

class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void call_ended(const CallEnd& end) = 0;
};

}  // namespace proxy::activity
