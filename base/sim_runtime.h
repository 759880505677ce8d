// A Runtime whose time stands still until moved: for tests and the simulation. Resource.
#pragma once
#include <cstdint>

#include "base/runtime.h"

namespace base {

// Threads: the test's thread.
class SimRuntime {
 public:
  explicit SimRuntime(std::uint64_t seed = 1) : random_(seed), timers_(clock_.now()) {}
  SimRuntime(const SimRuntime&) = delete;
  SimRuntime& operator=(const SimRuntime&) = delete;

  Runtime runtime() { return {clock_, timers_, turn_, random_}; }
  SimClock& clock() { return clock_; }
  TurnQueue& turn() { return turn_; }
  TimerWheel& timers() { return timers_; }
  Random& random() { return random_; }

  // Ends the current turn: runs all end-of-turn work.
  void settle() { turn_.drain(kRoundsMax); }

  // Moves time by `by`, timer by timer, ending a turn after each, as a loop would.
  void advance(Duration by) {
    const TimePoint end = clock_.now() + by;
    settle();
    while (true) {
      const auto due = timers_.next_due();
      if (!due || *due > end) break;
      if (*due > clock_.now()) clock_.advance_to(*due);
      timers_.advance(clock_.now());
      settle();
    }
    clock_.advance_to(end);
    timers_.advance(end);
    settle();
  }

 private:
  static constexpr int kRoundsMax = 10'000;
  SimClock clock_;
  Random random_;
  TimerWheel timers_;
  TurnQueue turn_;
};

}  // namespace base
