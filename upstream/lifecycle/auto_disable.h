// When a server that fails again and again is given up. Pure; time is passed in.
#pragma once
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace upstream {

// However often a server fails, it is given up only when it has been failing for that long: a port
// that refuses is tried three times within seconds, while its owner restarts what listens there.
inline constexpr base::Duration kFailingMin = std::chrono::seconds(30);

enum class Patience : std::uint8_t {
  try_again,    // by the backoff
  last_chance,  // often enough, but not for long enough: tried once more when kFailingMin is over
  give_up,
};

// `failures` in a row, the first of them `failing_for` ago; `threshold` 0: never.
constexpr Patience patience_with(std::uint32_t failures, std::uint32_t threshold,
                                 base::Duration failing_for) {
  if (threshold == 0 || failures < threshold) return Patience::try_again;
  return failing_for < kFailingMin ? Patience::last_chance : Patience::give_up;
}

}  // namespace upstream
