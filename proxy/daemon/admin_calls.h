// Tool calls that come over REST: each is with an upstream, and ends in one answer or is cancelled
// by whoever asked. Resource.
//
// Ownership: the daemon's. The fleet outlives it; callers drop their RunningCalls before it dies.
// Threads:   the loop thread.
#pragma once
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "base/clock.h"
#include "proxy/activity/call_end.h"
#include "proxy/rest/admin_service.h"
#include "upstream/fleet/fleet.h"

namespace proxy::daemon {

class AdminCalls final : private upstream::CallSink {
 public:
  using Answer = rest::Answer<std::string_view>;
  AdminCalls(const base::Clock& clock, upstream::Fleet& fleet, activity::CallObserver& observer)
      : clock_(clock), fleet_(fleet), observer_(observer) {}
  AdminCalls(const AdminCalls&) = delete;
  AdminCalls& operator=(const AdminCalls&) = delete;

  // Null when the call was refused, and answered, at once.
  std::unique_ptr<rest::RunningCall> start(upstream::UpstreamId upstream, std::string_view tool,
                                           const rest::ToolCall& call, Answer answer);

  const activity::CallCounters& counters() const { return counters_; }

 private:
  struct Running {
    Answer answer;
    upstream::CallHandle handle;
    std::string tool;
    base::TimePoint started;
  };
  class Handle;

  void on_result(upstream::CallTag tag, std::string_view result,
                 const protocol::Envelope& message) override;
  void on_error(upstream::CallTag tag, std::string_view error,
                const protocol::Envelope& message) override;
  void on_progress(upstream::CallTag, const protocol::Envelope&, std::string_view) override {}
  void on_failed(upstream::CallTag tag, const base::Error& error) override;
  void finish(upstream::CallTag tag, events::CallOutcome outcome,
              base::Result<std::string_view> answer);
  void end(const Running& call, events::CallOutcome outcome,
           const base::Result<std::string_view>& answer);

  const base::Clock& clock_;
  upstream::Fleet& fleet_;
  activity::CallObserver& observer_;
  std::unordered_map<upstream::CallTag, Running> running_;
  upstream::CallTag last_tag_ = 0;
  activity::CallCounters counters_;
};

}  // namespace proxy::daemon
