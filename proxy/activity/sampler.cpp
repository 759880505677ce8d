#include "proxy/activity/sampler.h"

#include <limits>
#include <utility>

namespace proxy::activity {

std::optional<std::uint32_t> Sampler::admit(bool must_keep, base::TimePoint now) {
  if (!must_keep) {
    if (now - second_began_ >= std::chrono::seconds(1)) {
      second_began_ = now;
      kept_ = 0;
    }
    if (kept_ >= per_second_max_) {
      if (skipped_ < std::numeric_limits<std::uint32_t>::max()) ++skipped_;
      return std::nullopt;
    }
    ++kept_;
  }
  return std::exchange(skipped_, 0);
}

}  // namespace proxy::activity
