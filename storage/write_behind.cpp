#include "storage/write_behind.h"

namespace storage {

void WriteBehind::add(Batch batch) {
  if (batch.empty()) return;
  const bool was_large = waiting_.bytes() > kBytesMax;
  waiting_.merge(std::move(batch));
  if (!was_large && waiting_.bytes() > kBytesMax) {
    hand_on(/*forced=*/false);
  } else if (!timer_.armed()) {
    runtime_.start(timer_, delay_);
  }
}

void WriteBehind::hand_on(bool forced) {
  timer_.cancel();
  if (waiting_.empty()) return;
  if (hand_on_(waiting_, forced)) {
    waiting_ = Batch();
  } else {
    runtime_.start(timer_, delay_);
  }
}

}  // namespace storage
