// Gives memory that was freed back to the system. The allocator keeps what it once took, as long as
// anything above it is in use: what an attack or a burst made it take would stay for ever.
// Resource.
//
// Ownership: the daemon's.
// Threads:   the loop thread; the work itself is done on a worker.
// Cost:      some 50 us every kInterval; some milliseconds of a worker after growth by
//            TrimRule::kGrowth, less often where memory comes and goes all the time.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "base/runtime.h"
#include "base/timer_wheel.h"

namespace proxy::daemon {

// What the process holds: allocated, and besides.
struct HeapBytes {
  std::uint64_t used = 0;
  std::uint64_t unused = 0;
};

// When it is worth the work: when what is kept unused grows over the least that was seen, or when
// much was freed since the last time. What lay between blocks in use then may be given back now.
// Pure.
class TrimRule {
 public:
  static constexpr std::uint64_t kGrowth = 2 * 1024 * 1024;

  // True: have it given back.
  bool wants_trim(HeapBytes now);
  // `now` is what is left: what lies unused cannot be given back, as long as the rest is in use.
  void trimmed(HeapBytes now);
  // How many intervals to wait for the next look: more when each look found a growth again.
  unsigned intervals() const { return intervals_; }

 private:
  static constexpr unsigned kIntervalsMax = 4;
  std::uint64_t floor_ = UINT64_MAX;  // the least unused
  std::uint64_t most_used_ = 0;       // since the last trim
  unsigned intervals_ = 1;
};

class MemoryKeeper {
 public:
  static constexpr base::Duration kInterval = std::chrono::seconds(2);
  // Runs `work` beside the loop, then `then` on it.
  using Offload = std::function<void(std::function<void()> work, std::function<void()> then)>;

  // Looks for the first time after kInterval. `free_spare` frees what is only kept for reuse.
  MemoryKeeper(base::Runtime runtime, Offload offload, std::function<void()> free_spare);
  ~MemoryKeeper();
  MemoryKeeper(const MemoryKeeper&) = delete;
  MemoryKeeper& operator=(const MemoryKeeper&) = delete;

 private:
  void look();
  void look_again();

  const base::Runtime runtime_;
  const Offload offload_;
  const std::function<void()> free_spare_;
  TrimRule rule_;
  std::shared_ptr<MemoryKeeper*> self_;  // emptied when this dies: workers come back later
  base::Timer<MemoryKeeper, &MemoryKeeper::look> timer_{*this};
};

}  // namespace proxy::daemon
