// The one libuv loop of a program, with its clock, timer wheel and end-of-turn queue. Resource.
//
// A turn is: poll, callbacks of what is ready, due timers, end-of-turn work. The clock is read at
// most once in a turn: all that happens in one turn happens at one time.
//
// Ownership: main() owns it, and destroys it last: the destructor runs the loop until every closing
//            handle is closed, and aborts with a list of the handles that nobody closed.
// Threads:   the thread that constructed it; others reach it through a Mailbox.
#pragma once
#include <uv.h>

#include <functional>
#include <memory>
#include <optional>

#include "base/handle.h"
#include "base/runtime.h"

namespace base {

class Loop final : public Clock {
 public:
  // Told of each turn that held the loop longer than kSlowTurn.
  using SlowTurn = std::function<void(Duration held)>;
  static constexpr Duration kSlowTurn = std::chrono::milliseconds(20);

  explicit Loop(std::uint64_t random_seed);
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  uv_loop_t* uv() { return &uv_; }
  Runtime runtime() { return {*this, timers_, turn_, random_}; }
  TurnQueue& turn() { return turn_; }
  TimerWheel& timers() { return timers_; }

  TimePoint now() const override;
  WallTime wall_now() const override { return system_.wall_now(); }
  Duration suspended() const override { return system_.suspended(); }

  void on_slow_turn(SlowTurn callback) { slow_turn_ = std::move(callback); }

  // Runs until stop(). The turn in which stop() was called is finished first.
  void run();
  void stop();
  // Runs one turn, waiting for something to happen at most `wait`. For tests and for start-up.
  void run_once(Milliseconds wait);

 private:
  struct PrepareBox {
    uv_prepare_t handle;
  };
  struct CheckBox {
    uv_check_t handle;
  };
  struct TimerBox {
    uv_timer_t handle;
  };
  struct IdleBox {
    uv_idle_t handle;
  };

  void end_turn();
  void arm_timer();
  void on_prepare();
  void on_check();

  uv_loop_t uv_{};
  SystemClock system_;
  mutable TimePoint now_;
  mutable bool now_is_fresh_ = false;
  std::optional<TimePoint> armed_for_;
  Random random_;
  TimerWheel timers_;
  TurnQueue turn_;
  SlowTurn slow_turn_;
  BoxPtr<PrepareBox> prepare_;
  BoxPtr<CheckBox> check_;
  BoxPtr<TimerBox> timer_;  // due when the wheel's next timer is
  BoxPtr<TimerBox> wait_;   // bounds run_once()
  BoxPtr<IdleBox> idle_;
};

}  // namespace base
