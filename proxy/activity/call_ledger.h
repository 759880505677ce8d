// Every tool call that ended passes here once: counted for the search, told to those who watch
// calls, and kept as activity when it is worth it. Resource.
//
// Kept are failures, all of them, and of the others kKeptPerSecondMax a second. What clients undo
// (cancelled) speaks neither for nor against a tool.
//
// Ownership: the daemon's; everything it is given outlives it.
// Threads:   the loop thread.
// Cost:      a call that nobody watches and that is not kept: a look-up and two comparisons.
#pragma once
#include "base/clock.h"
#include "proxy/activity/call_end.h"
#include "proxy/activity/sampler.h"
#include "proxy/activity/tool_uses.h"
#include "storage/store.h"

namespace proxy::activity {

class CallLedger final : public CallObserver {
 public:
  static constexpr std::uint32_t kKeptPerSecondMax = 200;

  CallLedger(const base::Clock& clock, ToolUses& uses, events::CallEvents& events,
             storage::Store& store)
      : clock_(clock), uses_(uses), events_(events), store_(store) {}
  CallLedger(const CallLedger&) = delete;
  CallLedger& operator=(const CallLedger&) = delete;

  void call_ended(const CallEnd& end) override;

 private:
  const base::Clock& clock_;
  ToolUses& uses_;
  events::CallEvents& events_;
  storage::Store& store_;
  Sampler sampler_{kKeptPerSecondMax};
};

}  // namespace proxy::activity
