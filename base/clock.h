// Time as a seam: the loop's clock in the daemon, a hand-moved one in tests and in the simulation.
#pragma once
#include <chrono>

namespace base {

using Duration = std::chrono::nanoseconds;
using Milliseconds = std::chrono::milliseconds;
// Monotonic; the origin is arbitrary. Never stored on disk.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
// The calendar's time; may jump. For records and people only, never for deadlines.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Milliseconds>;

// Resource. Threads: the owner's thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual WallTime wall_now() const = 0;
  // For how long the machine has been suspended since it booted: while it is, now() stands still.
  virtual Duration suspended() const = 0;
};

// The machine's clocks, read at each call. Value-like; any thread.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  WallTime wall_now() const override;
  Duration suspended() const override;
};

// Stands still until moved. The two times move together, but for the sleep of the machine.
class SimClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  WallTime wall_now() const override { return wall_start_ + since_start(); }
  Duration suspended() const override { return suspended_; }
  void advance(Duration by) { now_ += by; }
  // REQUIRES: to >= now().
  void advance_to(TimePoint to) { now_ = to; }
  // The machine is suspended for that long.
  void suspend(Duration by) { suspended_ += by; }

 private:
  Milliseconds since_start() const {
    return std::chrono::duration_cast<Milliseconds>(now_ - kStart + suspended_);
  }
  static constexpr TimePoint kStart{std::chrono::hours(1)};
  TimePoint now_ = kStart;
  Duration suspended_{};
  WallTime wall_start_{std::chrono::seconds(1'800'000'000)};
};

}  // namespace base
