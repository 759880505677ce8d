// How other threads reach the loop: a bounded queue that is emptied on the loop in batches, one
// wake-up for each batch. Resource.
//
// Ownership: the loop side owns it, and destroys it on the loop thread after every sender is
// joined. Threads:   post() from any thread; everything else on the loop thread.
#pragma once
#include <uv.h>

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "base/handle.h"
#include "base/loop.h"

namespace base {

template <class T>
class Mailbox {
 public:
  using Receive = std::function<void(T&& message)>;

  // `receive` runs on the loop once for each message, in the order of the posts.
  Mailbox(Loop& loop, std::size_t messages_max, Receive receive)
      : messages_max_(messages_max), receive_(std::move(receive)), box_(new Box{}) {
    box_->handle.data = this;
    uv_async_init(loop.uv(), &box_->handle, [](uv_async_t* h) {
      if (h->data != nullptr) static_cast<Mailbox*>(h->data)->deliver();
    });
    uv_unref(reinterpret_cast<uv_handle_t*>(&box_->handle));
  }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // False, and the message is dropped, when `messages_max` messages wait already.
  [[nodiscard]] bool post(T message) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= messages_max_) return false;
      waiting_.push_back(std::move(message));
      if (waiting_.size() > 1) return true;  // a wake-up for these is on its way
    }
    uv_async_send(&box_->handle);
    return true;
  }

  // Delivers what waits, now. Also for tests.
  void deliver() {
    std::vector<T> batch;
    {
      const std::lock_guard lock(mutex_);
      batch.swap(waiting_);
    }
    for (T& message : batch) receive_(std::move(message));
  }

 private:
  struct Box {
    uv_async_t handle;
  };
  const std::size_t messages_max_;
  std::mutex mutex_;
  std::vector<T> waiting_;  // guarded by mutex_
  Receive receive_;
  BoxPtr<Box> box_;
};

}  // namespace base
