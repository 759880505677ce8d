// Which calls are worth a durable record: every failure, and of the others so many a second. What
// is left out is counted. Value; pure but for its own state.
#pragma once
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace proxy::activity {

class Sampler {
 public:
  explicit Sampler(std::uint32_t per_second_max) : per_second_max_(per_second_max) {}

  // Nothing: leave it out. Else how many were left out since the one kept before. `must_keep`
  // comes in whatever the rate, and takes nothing of it.
  std::optional<std::uint32_t> admit(bool must_keep, base::TimePoint now);

 private:
  std::uint32_t per_second_max_;
  base::TimePoint second_began_{};
  std::uint32_t kept_ = 0;     // in this second
  std::uint32_t skipped_ = 0;  // since the last one kept
};

}  // namespace proxy::activity
