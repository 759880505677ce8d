#include "base/turn_queue.h"

namespace base {

void TurnHook::cancel() {
  if (queue_ != nullptr) queue_->unlink(*this);
}

TurnQueue::~TurnQueue() {
  while (head_ != nullptr) unlink(*head_);
}

void TurnQueue::schedule(TurnHook& hook) {
  if (hook.queue_ != nullptr) return;
  hook.queue_ = this;
  hook.prev_ = tail_;
  hook.next_ = nullptr;
  (tail_ != nullptr ? tail_->next_ : head_) = &hook;
  tail_ = &hook;
}

void TurnQueue::unlink(TurnHook& hook) {
  (hook.prev_ != nullptr ? hook.prev_->next_ : head_) = hook.next_;
  (hook.next_ != nullptr ? hook.next_->prev_ : tail_) = hook.prev_;
  hook.prev_ = hook.next_ = nullptr;
  hook.queue_ = nullptr;
}

void TurnQueue::drain(int rounds_max) {
  for (int round = 0; round < rounds_max && !empty(); ++round) {
    // A hook that schedules itself again waits for the next round, so a round always ends.
    const TurnHook* last = tail_;
    for (bool more = head_ != nullptr; more;) {
      TurnHook& hook = *head_;
      more = &hook != last;
      unlink(hook);
      hook.run_(hook.owner_);
      more = more && head_ != nullptr;
    }
    for (Function& work : std::exchange(deferred_, {})) work();
    std::exchange(retired_, {}).clear();
  }
}

}  // namespace base
