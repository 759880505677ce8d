// What logic on the loop may use of it: time, timers, end-of-turn work and randomness. The daemon
// fills it from a Loop, tests and the simulation from a SimRuntime; the logic cannot tell which.
// Value.
#pragma once
#include "base/clock.h"
#include "base/random.h"
#include "base/timer_wheel.h"
#include "base/turn_queue.h"

namespace base {

// All references outlive whoever is given the Runtime.
struct Runtime {
  const Clock& clock;
  TimerWheel& timers;
  TurnQueue& turn;
  Random& random;

  TimePoint now() const { return clock.now(); }
  void start(TimerEntry& entry, Duration after) const { timers.start(entry, clock.now() + after); }
};

}  // namespace base
