// Coroutines for sequential flows (probe, handshake, listing, login); never for single calls.
//
// A Task is lazy: it runs when it is awaited or started. It has one awaiter. Destroying it destroys
// its frame wherever it is suspended, and with it all it awaits: that is cancellation, so every
// awaiter unregisters in its destructor. Resource that moves.
//
// gcc 12 miscompiles temporaries in awaited expressions: arguments there are named locals or plain
// values - no braces, no lambdas - and parameters of coroutines are values, or references
// that are not const, to objects that outlive the flow (checked by task_test).
// A flow never destroys itself while it runs: who ends a flow from inside it retires the owner to
// the end of the turn; the function given to start() may destroy the Task.
//
// Threads: the loop thread only. Cost: one allocation for each frame.
#pragma once
#include <cassert>
#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/runtime.h"

namespace base {

template <class T>
class Task;

namespace task_detail {

// Called by the final suspend point: the coroutine is suspended, so its frame may be destroyed
// inside, and nothing of it may be touched afterwards. Returning void rather than the next handle
// keeps the stack flat without relying on tail calls, which gcc omits at -O0: an awaited task that
// ends before it first suspends lets its awaiter go on instead of resuming it.
struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
    self.promise().finish();
  }
  void await_resume() const noexcept {}
};

template <class T>
struct DoneFunction {
  using Type = std::function<void(T&& result)>;
};
template <>
struct DoneFunction<void> {
  using Type = std::function<void()>;
};

template <class T>
struct PromiseBase {
  using Done = typename DoneFunction<T>::Type;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() const noexcept { std::terminate(); }

  std::coroutine_handle<> awaiter;
  Done done;
};

template <class T>
struct Promise : PromiseBase<T> {
  Task<T> get_return_object();
  void return_value(T result) { value.emplace(std::move(result)); }
  void finish() {
    if (this->awaiter) return this->awaiter.resume();
    if (!this->done) return;
    const auto ended = std::move(this->done);
    T result = std::move(*value);
    ended(std::move(result));
  }
  std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase<void> {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void finish() {
    if (awaiter) return awaiter.resume();
    if (!done) return;
    const auto ended = std::move(done);
    ended();
  }
};

}  // namespace task_detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      cancel();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { cancel(); }

  // Whether there is a flow that has not ended.
  bool running() const { return handle_ && !handle_.done(); }
  // Destroys the flow. Does nothing without one.
  void cancel() {
    if (handle_) std::exchange(handle_, nullptr).destroy();
  }

  // Runs it as a root up to its first suspension. `done` gets the result, perhaps before start()
  // returns; it may destroy this Task. REQUIRES: not started or awaited yet.
  void start(typename promise_type::Done done) {
    assert(running());
    handle_.promise().done = std::move(done);
    handle_.resume();
  }

  auto operator co_await() const noexcept {
    assert(running());
    struct Awaiter {
      Handle task;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> awaiter) const {
        task.resume();
        if (task.done()) return false;
        task.promise().awaiter = awaiter;
        return true;
      }
      T await_resume() const {
        if constexpr (!std::is_void_v<T>) return std::move(*task.promise().value);
      }
    };
    return Awaiter{handle_};
  }

 private:
  Handle handle_ = nullptr;
};

template <class T>
Task<T> task_detail::Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> task_detail::Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

// A value that a callback delivers to one flow, before or after the flow awaits it. Resource;
// usually a local of the flow. Whoever calls complete() must be unregistered by a later local's
// destructor. complete() resumes the waiting flow before it returns, and the flow may destroy the
// Completion.
template <class T>
class Completion {
 public:
  Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  bool completed() const { return value_.has_value(); }
  // REQUIRES: not completed.
  void complete(T value) {
    assert(!value_);
    value_.emplace(std::move(value));
    if (waiter_) std::exchange(waiter_, nullptr).resume();
  }

  bool await_ready() const noexcept { return value_.has_value(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
  T await_resume() { return std::move(*value_); }

 private:
  std::optional<T> value_;
  std::coroutine_handle<> waiter_;
};

// Lets a flow wait: `co_await Sleep(runtime, delay)`. Resource.
class Sleep {
 public:
  Sleep(Runtime runtime, Duration delay) : runtime_(runtime), delay_(delay) {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;

  bool await_ready() const noexcept { return delay_ <= Duration::zero(); }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    runtime_.start(timer_, delay_);
  }
  void await_resume() const noexcept {}

 private:
  void on_due() { waiter_.resume(); }

  Runtime runtime_;
  Duration delay_;
  std::coroutine_handle<> waiter_;
  Timer<Sleep, &Sleep::on_due> timer_{*this};
};

}  // namespace base
