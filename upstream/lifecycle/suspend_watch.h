// Notices that the machine was suspended: boot time goes on while it sleeps, monotonic time and all
// timers stand still. What fails shortly after it woke is nobody's fault, for the network comes
// back last. Pure; the readings are passed in.
#pragma once
#include <chrono>
#include <optional>

#include "base/clock.h"

namespace upstream {

class SuspendWatch {
 public:
  static constexpr base::Duration kLookEvery = std::chrono::seconds(5);
  static constexpr base::Duration kNoticed = std::chrono::seconds(2);  // less may be the clocks'
  static constexpr base::Duration kGrace = std::chrono::seconds(60);

  // `asleep`: for how long the machine has been suspended since it booted.
  explicit SuspendWatch(base::Duration asleep) : asleep_(asleep) {}

  // For how long it was suspended since that was last noticed; nothing when it was not.
  std::optional<base::Duration> look(base::Duration asleep, base::TimePoint now) {
    const base::Duration slept = asleep - asleep_;
    if (slept < kNoticed) return std::nullopt;
    asleep_ = asleep;
    waking_until_ = now + kGrace;
    return slept;
  }

  // Whether failures do not count now.
  bool is_waking(base::TimePoint now) const { return waking_until_ && now < *waking_until_; }

 private:
  base::Duration asleep_;
  std::optional<base::TimePoint> waking_until_;
};

}  // namespace upstream
