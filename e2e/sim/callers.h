// The clients of the simulated world: make calls, cancel some, come and go, and know that each
// accepted call gets exactly one answer, its own. Resource.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
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
  // As one of the clients, or as somebody who cannot be told from others.
  void call(upstream::UpstreamId id, base::Duration deadline);
  void cancel_one();
  // One client goes, and another comes.
  void replace_one();
  void replace_all();

  struct End {
    base::TimePoint at{};
    bool answered = false;
  };
  upstream::CallerKey client_of(upstream::CallTag tag) const { return calls_[tag].client; }
  // Nothing while it is open.
  const std::optional<End>& end_of(upstream::CallTag tag) const { return calls_[tag].end; }

  // No call is older than its deadline.
  void check() const;
  std::size_t pending() const { return pending_; }
  std::uint64_t made() const { return made_; }
  std::uint64_t answered() const { return answered_; }

  // Answers before this is false again break the rule that none arrives inside a call.
  bool inside_fleet = false;

 private:
  struct Call {
    upstream::CallHandle handle;
    upstream::CallerKey client = upstream::kNobody;
    base::TimePoint due;
    std::optional<End> end;
  };
  void on_result(upstream::CallTag tag, std::string_view result,
                 const protocol::Envelope& message) override;
  void on_error(upstream::CallTag tag, std::string_view error,
                const protocol::Envelope& message) override;
  void on_progress(upstream::CallTag tag, const protocol::Envelope& message,
                   std::string_view token) override;
  void on_failed(upstream::CallTag tag, const base::Error& error) override;
  void call_as(upstream::CallerKey client, upstream::UpstreamId id, base::Duration deadline);
  void cancel(upstream::CallTag tag);
  void replace(upstream::CallerKey& client);
  bool is_pending(upstream::CallTag tag, std::string_view what);
  void finish(upstream::CallTag tag, bool answered);

  base::Runtime runtime_;
  Report& report_;
  upstream::Fleet* fleet_ = nullptr;
  std::array<upstream::CallerKey, 6> clients_{1, 2, 3, 4, 5, 6};
  upstream::CallerKey last_client_ = 6;
  std::vector<Call> calls_;  // by tag
  std::vector<upstream::CallTag> open_;
  std::size_t pending_ = 0;
  std::uint64_t made_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace sim
