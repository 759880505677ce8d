// A Runtime whose time stands still until moved: for tests and the simulation. Resource.
#pragma once
#include <algorithm>
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
    advance(by, [this] {
      settle();
      return true;
    });
  }
  // The same; `end_turn()` ends each turn and says whether to go on.
  template <typename EndTurn>
  void advance(Duration by, EndTurn&& end_turn) {
    const TimePoint end = clock_.now() + by;
    if (!end_turn()) return;
    for (auto due = timers_.next_due(); due && *due <= end; due = timers_.next_due()) {
      move_to(*due);
      if (!end_turn()) return;
    }
    move_to(end);
    end_turn();
  }

 private:
  static constexpr int kRoundsMax = 10'000;

  // Time may have gone further meanwhile: what writes to a slow disk moves it.
  void move_to(TimePoint time) {
    clock_.advance_to(std::max(time, clock_.now()));
    timers_.advance(clock_.now());
  }

  SimClock clock_;
  Random random_;
  TimerWheel timers_;
  TurnQueue turn_;
};

}  // namespace base
