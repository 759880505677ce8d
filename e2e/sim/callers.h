// The clients of the simulated world: make calls, cancel some, and know that each accepted one gets
// exactly one answer, its own. Resource.
#pragma once
#include <cstdint>
#include <vector>

#include "base/runtime.h"
#include "report.h"
#include "upstream/fleet/fleet.h"

namespace sim {

class Callers final : public upstream::CallSink {
 public:
  Callers(base::Runtime runtime, Report& report) : runtime_(runtime), report_(report) {}

  // The fleet of now; the calls of an earlier one are forgotten.
  void use(upstream::Fleet& fleet);
  void call(upstream::UpstreamId id, base::Duration deadline);
  void cancel_one();

  // No call is older than its deadline.
  void check() const;
  std::size_t pending() const { return pending_; }
  std::uint64_t made() const { return made_; }
  std::uint64_t answered() const { return answered_; }

  // Answers before this is false again break the rule that none arrives inside a call.
  bool inside_fleet = false;

 private:
  struct Call {
    enum class Fate : std::uint8_t { pending, over };
    upstream::CallHandle handle;
    base::TimePoint due;
    Fate fate = Fate::pending;
  };
  void on_result(upstream::CallTag tag, std::string_view result,
                 const protocol::Envelope& message) override;
  void on_error(upstream::CallTag tag, std::string_view error,
                const protocol::Envelope& message) override;
  void on_progress(upstream::CallTag tag, const protocol::Envelope& message,
                   std::string_view token) override;
  void on_failed(upstream::CallTag tag, const base::Error& error) override;
  bool is_pending(upstream::CallTag tag, std::string_view what);
  void finish(upstream::CallTag tag);

  base::Runtime runtime_;
  Report& report_;
  upstream::Fleet* fleet_ = nullptr;
  std::vector<Call> calls_;  // by tag
  std::vector<upstream::CallTag> open_;
  std::size_t pending_ = 0;
  std::uint64_t made_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace sim
