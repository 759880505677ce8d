#include "proxy/daemon/memory_keeper.h"

#include <malloc.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "proxy/daemon/process_memory.h"

namespace proxy::daemon {
namespace {

// Resident, but not allocated.
std::uint64_t unused_bytes() {
  const struct mallinfo2 heap = ::mallinfo2();
  const std::uint64_t used = heap.uordblks + heap.hblkhd;
  const std::uint64_t resident = anon_bytes();
  return resident - std::min(resident, used);
}

}  // namespace

bool TrimRule::wants_trim(std::uint64_t unused_bytes) {
  floor_ = std::min(floor_, unused_bytes);
  const bool wanted = unused_bytes - floor_ >= kGrowth;
  intervals_ = wanted ? std::min(intervals_ * 2, kIntervalsMax) : 1;
  return wanted;
}

MemoryKeeper::MemoryKeeper(base::Runtime runtime, Offload offload, std::function<void()> free_spare)
    : runtime_(runtime),
      offload_(std::move(offload)),
      free_spare_(std::move(free_spare)),
      self_(std::make_shared<MemoryKeeper*>(this)) {
  look_again();
}

MemoryKeeper::~MemoryKeeper() {
  *self_ = nullptr;
}

void MemoryKeeper::look() {
  if (!rule_.wants_trim(unused_bytes())) {
    look_again();
    return;
  }
  free_spare_();
  offload_([] { ::malloc_trim(0); },
           [self = self_] {
             if (*self == nullptr) return;
             (*self)->rule_.trimmed(unused_bytes());
             (*self)->look_again();
           });
}

void MemoryKeeper::look_again() {
  runtime_.start(timer_, rule_.intervals() * kInterval);
}

}  // namespace proxy::daemon
