#include "proxy/daemon/memory_keeper.h"

#include <malloc.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "proxy/daemon/process_memory.h"

namespace proxy::daemon {

bool TrimRule::wants_trim(std::uint64_t anon_bytes) {
  floor_ = std::min(floor_, anon_bytes);
  const bool wanted = anon_bytes - floor_ >= kGrowth;
  intervals_ = wanted ? std::min(intervals_ * 2, kIntervalsMax) : 1;
  return wanted;
}

MemoryKeeper::MemoryKeeper(base::Runtime runtime, Offload offload)
    : runtime_(runtime),
      offload_(std::move(offload)),
      self_(std::make_shared<MemoryKeeper*>(this)) {
  look_again();
}

MemoryKeeper::~MemoryKeeper() {
  *self_ = nullptr;
}

void MemoryKeeper::look() {
  if (!rule_.wants_trim(anon_bytes())) {
    look_again();
    return;
  }
  offload_([] { ::malloc_trim(0); },
           [self = self_] {
             if (*self == nullptr) return;
             (*self)->rule_.trimmed(anon_bytes());
             (*self)->look_again();
           });
}

void MemoryKeeper::look_again() {
  runtime_.start(timer_, rule_.intervals() * kInterval);
}

}  // namespace proxy::daemon
