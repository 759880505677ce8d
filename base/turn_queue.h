// Work that waits for the end of the current loop turn: batched writes, deferred deletion, outcomes
// that must not arrive inside the call that caused them.
//
// Ownership: hooks are members of whoever schedules them; destroying one cancels it. Deferred
// functions
//            and retired objects are owned here until they have run or been destroyed.
// Threads:   the loop thread only.
#pragma once
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace base {

class TurnQueue;

// Runs `run(owner)` once at the end of the turn in which it was scheduled. Resource. Never
// allocates.
class TurnHook {
 public:
  using Run = void (*)(void* owner);
  TurnHook(Run run, void* owner) : run_(run), owner_(owner) {}
  ~TurnHook() { cancel(); }
  TurnHook(const TurnHook&) = delete;
  TurnHook& operator=(const TurnHook&) = delete;
  bool scheduled() const { return queue_ != nullptr; }
  void cancel();

 private:
  friend class TurnQueue;
  Run run_;
  void* owner_;
  TurnQueue* queue_ = nullptr;
  TurnHook* prev_ = nullptr;
  TurnHook* next_ = nullptr;
};

// Binds a hook to a member function: EndOfTurn<Connection, &Connection::flush> flush_hook_{*this};
template <class Owner, void (Owner::*Method)()>
class EndOfTurn : public TurnHook {
 public:
  explicit EndOfTurn(Owner& owner)
      : TurnHook([](void* self) { (static_cast<Owner*>(self)->*Method)(); }, &owner) {}
};

class TurnQueue {
 public:
  using Function = std::function<void()>;
  TurnQueue() = default;
  ~TurnQueue();
  TurnQueue(const TurnQueue&) = delete;
  TurnQueue& operator=(const TurnQueue&) = delete;

  // Scheduling a scheduled hook does nothing: it runs once.
  void schedule(TurnHook& hook);
  void defer(Function work) { deferred_.push_back(std::move(work)); }
  // Destroys `object` at the end of the turn: for an object that ends itself inside its own
  // callback.
  template <class T>
  void retire(std::unique_ptr<T> object) {
    retired_.push_back(std::shared_ptr<void>(std::move(object)));
  }

  bool empty() const { return head_ == nullptr && deferred_.empty() && retired_.empty(); }

  // Runs all that waits, and what that schedules, until nothing is left or `rounds_max` rounds are
  // done. Hooks first, then deferred functions in their order, then retired objects. Called by the
  // owner of the loop only.
  void drain(int rounds_max = 16);

 private:
  friend class TurnHook;
  void unlink(TurnHook& hook);

  TurnHook* head_ = nullptr;
  TurnHook* tail_ = nullptr;
  std::vector<Function> deferred_;
  std::vector<std::shared_ptr<void>> retired_;
};

}  // namespace base
