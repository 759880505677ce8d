// libuv uses a handle's memory until its close callback, after uv_close() has returned. So a handle
// is never a member: it lives in a heap box with all that its callbacks touch. Dropping the pointer
// starts the close; the close callback frees the box.
#pragma once
#include <uv.h>

#include <memory>

namespace base {

// REQUIRES: box->handle was given to its uv_*_init(), or to uv_spawn(), even one that failed.
struct CloseBox {
  template <class Box>
  void operator()(Box* box) const noexcept {
    box->handle.data = box;
    uv_close(reinterpret_cast<uv_handle_t*>(&box->handle),
             [](uv_handle_t* handle) { delete static_cast<Box*>(handle->data); });
  }
};

// A box has a member `handle` of a libuv handle type. Resource.
template <class Box>
using BoxPtr = std::unique_ptr<Box, CloseBox>;

}  // namespace base
