// When a failed upstream is tried again, and how often it has failed in a row. Pure; time and
// chance are passed in. Value.
#pragma once
#include <cstdint>
#include <optional>

#include "upstream/lifecycle/backoff.h"

namespace upstream {

class RetryPlan {
 public:
  // `unit` is uniform in [0, 1). `at_least`: the server asked for it; callers wait for it too.
  void note_failure(base::TimePoint now, double unit, base::Duration at_least = {}) {
    not_before_ = now + at_least;
    next_try_ = std::max(now + backoff_delay(++failures_, unit), not_before_);
  }
  void note_login_missing(base::TimePoint now) { next_try_ = now + login_delay(++login_attempts_); }
  void note_stable() { failures_ = 0; }
  void note_ready() { login_attempts_ = 0; }
  void note_woken(base::TimePoint now) { last_wake_ = now; }
  // The next try comes by then, unless the server asked for a later one.
  void not_later_than(base::TimePoint time) {
    next_try_ = std::max(std::min(next_try_, time), not_before_);
  }
  // The machine slept, and the time it slept has passed for others.
  void note_slept(base::Duration slept) {
    not_before_ -= slept;
    next_try_ -= slept;
  }
  // What it failed of is over: it is tried at once, and as if for the first time.
  void note_cause_over(base::TimePoint now) {
    failures_ = 0;
    next_try_ = std::max(now, not_before_);
  }
  void forget() { *this = {}; }

  // REQUIRES: a failure was noted.
  base::TimePoint next_try() const { return next_try_; }
  // When it is tried while a caller waits.
  base::TimePoint next_try_for_caller(base::TimePoint now) const {
    return std::max(wake_time(now, last_wake_, next_try_), not_before_);
  }

 private:
  base::TimePoint next_try_{};
  base::TimePoint not_before_{};
  std::uint32_t failures_ = 0;
  std::uint32_t login_attempts_ = 0;
  std::optional<base::TimePoint> last_wake_;
};

}  // namespace upstream
