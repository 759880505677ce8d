// When a failed upstream is tried again: delays that double, with full jitter; and the slower
// ladder of one that waits for a login. Pure.
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace upstream {

inline constexpr base::Duration kBackoffFirst = std::chrono::seconds(1);
inline constexpr base::Duration kBackoffMax = std::chrono::minutes(5);
inline constexpr base::Duration kStableAfter = std::chrono::seconds(60);
inline constexpr base::Duration kWakeInterval = std::chrono::seconds(1);

// The longest the try after `failures` failures may wait. REQUIRES: failures > 0.
constexpr base::Duration backoff_ceiling(std::uint32_t failures) {
  const std::uint32_t doublings = std::min<std::uint32_t>(failures - 1, 16);
  return std::min(kBackoffFirst * (std::int64_t{1} << doublings), kBackoffMax);
}

// `unit` is uniform in [0, 1).
inline base::Duration backoff_delay(std::uint32_t failures, double unit) {
  const auto ceiling = static_cast<double>(backoff_ceiling(failures).count());
  return base::Duration(static_cast<std::int64_t>(ceiling * unit));
}

// When a call may wake a server in backoff: at once, but once per kWakeInterval. Never later than
// the try that is planned anyway.
inline base::TimePoint wake_time(base::TimePoint now, std::optional<base::TimePoint> last_wake,
                                 base::TimePoint next_try) {
  const base::TimePoint allowed = last_wake ? std::max(now, *last_wake + kWakeInterval) : now;
  return std::min(allowed, next_try);
}

// The wait after the `attempts`-th try that found a login missing. REQUIRES: attempts > 0.
constexpr base::Duration login_delay(std::uint32_t attempts) {
  using std::chrono::hours;
  using std::chrono::minutes;
  constexpr std::array<base::Duration, 5> kLadder{minutes(5), minutes(15), hours(1), hours(4),
                                                  hours(24)};
  return kLadder[std::min<std::size_t>(attempts - 1, kLadder.size() - 1)];
}

}  // namespace upstream
