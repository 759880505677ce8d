// Whose question it is when a server asks something: of the one client all of whose calls, and
// nobody else's, it has had since it last was quiet. A question may come late, so an end of a call
// is no end of its caller yet. Pure; time is passed in.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "upstream/session/call.h"

namespace upstream {

class SoleCaller {
 public:
  static constexpr base::Duration kQuietAfter = std::chrono::seconds(1);
  // Behind a call that we gave up: the server may still be at it.
  static constexpr base::Duration kQuietAfterGivenUp = std::chrono::minutes(1);

  void on_call(CallerKey caller, base::TimePoint now) {
    if (caller == kOurselves) return;
    if (is_quiet(now)) {
      caller_ = caller;
    } else if (caller_ != caller) {
      caller_ = kNobody;
    }
    ++in_flight_;
  }
  // `answered`: by the server.
  void on_over(CallerKey caller, bool answered, base::TimePoint now) {
    if (caller == kOurselves) return;
    --in_flight_;
    quiet_from_ = std::max(quiet_from_, now + (answered ? kQuietAfter : kQuietAfterGivenUp));
  }
  // kNobody when it is nobody's, or one of several clients'.
  CallerKey at(base::TimePoint now) const { return is_quiet(now) ? kNobody : caller_; }

 private:
  bool is_quiet(base::TimePoint now) const { return in_flight_ == 0 && now >= quiet_from_; }

  CallerKey caller_ = kNobody;
  std::uint32_t in_flight_ = 0;
  base::TimePoint quiet_from_{};
};

}  // namespace upstream
