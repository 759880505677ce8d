#include "proxy/daemon/memory_keeper.h"

#include <malloc.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "proxy/daemon/process_memory.h"

namespace proxy::daemon {
namespace {

// Unused is what is resident, but not allocated.
HeapBytes heap_bytes() {
  const struct mallinfo2 heap = ::mallinfo2();
  const std::uint64_t used = heap.uordblks + heap.hblkhd;
  const std::uint64_t resident = anon_bytes();
  return {used, resident - std::min(resident, used)};
}

}  // namespace

bool TrimRule::wants_trim(HeapBytes now) {
  floor_ = std::min(floor_, now.unused);
  most_used_ = std::max(most_used_, now.used);
  const bool grew = now.unused - floor_ >= kGrowth;
  const bool much_was_freed = most_used_ - now.used >= kGrowth && now.unused >= kGrowth;
  const bool wanted = grew || much_was_freed;
  intervals_ = wanted ? std::min(intervals_ * 2, kIntervalsMax) : 1;
  return wanted;
}

void TrimRule::trimmed(HeapBytes now) {
  floor_ = now.unused;
  most_used_ = now.used;
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
  if (!rule_.wants_trim(heap_bytes())) {
    look_again();
    return;
  }
  free_spare_();
  offload_([] { ::malloc_trim(0); },
           [self = self_] {
             if (*self == nullptr) return;
             (*self)->rule_.trimmed(heap_bytes());
             (*self)->look_again();
           });
}

void MemoryKeeper::look_again() {
  runtime_.start(timer_, rule_.intervals() * kInterval);
}

}  // namespace proxy::daemon
