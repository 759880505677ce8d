#include "base/loop.h"

#include <cassert>
#include <cstdio>
#include <cstdlib>

namespace base {
namespace {

template <class Box>
BoxPtr<Box> make_box(Loop* owner) {
  BoxPtr<Box> box(new Box{});
  box->handle.data = owner;
  return box;
}

Loop& loop_of(const void* data) {
  return *static_cast<Loop*>(const_cast<void*>(data));
}

}  // namespace

Loop::Loop(std::uint64_t random_seed) : now_(system_.now()), random_(random_seed), timers_(now_) {
  if (uv_loop_init(&uv_) != 0) {
    std::fputs("cannot create an event loop: out of memory or descriptors\n", stderr);
    std::abort();
  }
  prepare_ = make_box<PrepareBox>(this);
  check_ = make_box<CheckBox>(this);
  timer_ = make_box<TimerBox>(this);
  wait_ = make_box<TimerBox>(this);
  idle_ = make_box<IdleBox>(this);
  uv_prepare_init(&uv_, &prepare_->handle);
  uv_check_init(&uv_, &check_->handle);
  uv_timer_init(&uv_, &timer_->handle);
  uv_timer_init(&uv_, &wait_->handle);
  uv_idle_init(&uv_, &idle_->handle);
  uv_prepare_start(&prepare_->handle, [](uv_prepare_t* h) { loop_of(h->data).on_prepare(); });
  uv_check_start(&check_->handle, [](uv_check_t* h) { loop_of(h->data).on_check(); });
}

Loop::~Loop() {
  turn_.drain(1000);
  prepare_.reset();
  check_.reset();
  timer_.reset();
  wait_.reset();
  idle_.reset();
  uv_run(&uv_, UV_RUN_DEFAULT);
  turn_.drain(1000);
  uv_run(&uv_, UV_RUN_DEFAULT);
  if (uv_loop_close(&uv_) != 0) {
    std::fputs("event loop destroyed with open handles:\n", stderr);
    uv_print_all_handles(&uv_, stderr);
    std::abort();
  }
}

TimePoint Loop::now() const {
  if (!now_is_fresh_) {
    now_ = system_.now();
    now_is_fresh_ = true;
  }
  return now_;
}

void Loop::end_turn() {
  turn_.drain();
  now_is_fresh_ = false;
}

void Loop::on_check() {
  end_turn();
  const auto held = system_.now().time_since_epoch() - Milliseconds(uv_now(&uv_));
  if (held > kSlowTurn && slow_turn_) slow_turn_(held);
}

void Loop::on_prepare() {
  end_turn();
  uv_update_time(&uv_);
  // Work that schedules itself again must not starve the poll: the rest runs after a poll that does
  // not wait.
  if (turn_.empty()) {
    uv_idle_stop(&idle_->handle);
  } else {
    uv_idle_start(&idle_->handle, [](uv_idle_t*) {});
  }
  arm_timer();
}

void Loop::arm_timer() {
  const auto due = timers_.next_due();
  if (due == armed_for_) return;
  armed_for_ = due;
  if (!due) {
    uv_timer_stop(&timer_->handle);
    return;
  }
  const Duration wait = *due - system_.now();
  const auto rounded_up = std::chrono::ceil<Milliseconds>(std::max(wait, Duration::zero()));
  uv_timer_start(
      &timer_->handle,
      [](uv_timer_t* h) {
        Loop& loop = loop_of(h->data);
        loop.armed_for_.reset();
        loop.timers_.advance(loop.now());
      },
      static_cast<std::uint64_t>(rounded_up.count()), 0);
}

void Loop::run() {
  uv_run(&uv_, UV_RUN_DEFAULT);
}

void Loop::stop() {
  uv_stop(&uv_);
}

void Loop::run_once(Milliseconds wait) {
  // A wait that is over before the poll (zero, or the loop's time was stale) must not leave the
  // poll without a bound: stopping makes it look once, without waiting.
  uv_timer_start(
      &wait_->handle, [](uv_timer_t* h) { uv_stop(h->loop); },
      static_cast<std::uint64_t>(wait.count()), 0);
  uv_run(&uv_, UV_RUN_ONCE);
  uv_timer_stop(&wait_->handle);
}

}  // namespace base
