// Calls back on the loop when the process gets a signal. Resource.
//
// Ownership: destroying it gives the signal its default action back.
// Threads:   the loop thread; the callback may destroy the watch.
#pragma once
#include <uv.h>

#include <functional>
#include <utility>

#include "base/handle.h"
#include "base/loop.h"

namespace base {

class SignalWatch {
 public:
  using Callback = std::function<void()>;
  SignalWatch(Loop& loop, int signal, Callback on_signal)
      : box_(new Box{{}, std::move(on_signal)}) {
    uv_signal_init(loop.uv(), &box_->handle);
    box_->handle.data = box_.get();
    uv_signal_start(
        &box_->handle, [](uv_signal_t* h, int) { static_cast<Box*>(h->data)->on_signal(); },
        signal);
    uv_unref(reinterpret_cast<uv_handle_t*>(&box_->handle));
  }

 private:
  struct Box {
    uv_signal_t handle;
    Callback on_signal;
  };
  BoxPtr<Box> box_;
};

}  // namespace base
