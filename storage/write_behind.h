// Collects observations and hands them on together: after a delay, or earlier when somebody takes
// them along. Pure but for its timer. Resource.
//
// Threads: the loop thread. Limits: hands on at once what grows over kBytesMax.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>

#include "base/runtime.h"
#include "storage/batch.h"

namespace storage {

class WriteBehind {
 public:
  // Moves from `batch` and returns true, or leaves it and returns false: asked again after the
  // delay. A forced one must be taken.
  using HandOn = std::function<bool(Batch& batch, bool forced)>;
  static constexpr std::size_t kBytesMax = 32 * 1024 * 1024;

  WriteBehind(base::Runtime runtime, std::chrono::milliseconds delay, HandOn hand_on)
      : runtime_(runtime), delay_(delay), hand_on_(std::move(hand_on)) {}
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;

  void add(Batch batch);
  // Hands on what waits, if anything.
  void flush() { hand_on(/*forced=*/true); }
  std::size_t waiting_bytes() const { return waiting_.bytes(); }

 private:
  void on_due() { hand_on(/*forced=*/false); }
  void hand_on(bool forced);

  base::Runtime runtime_;
  std::chrono::milliseconds delay_;
  HandOn hand_on_;
  Batch waiting_;
  base::Timer<WriteBehind, &WriteBehind::on_due> timer_{*this};
};

}  // namespace storage
