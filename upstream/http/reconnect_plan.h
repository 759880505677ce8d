// When an event stream that ended is opened again: after what the server asked for (`retry`), else
// soon, and later each time when streams keep ending at once. Pure; time and chance are passed in.
// Value.
#pragma once
#include <algorithm>
#include <optional>

#include "base/clock.h"

namespace upstream {

class ReconnectPlan {
 public:
  static constexpr base::Duration kFirst = std::chrono::seconds(1);
  static constexpr base::Duration kMax = std::chrono::minutes(2);

  // `useful`: something was heard on the stream that ended. `unit` is uniform in [0, 1).
  base::Duration note_end(bool useful, std::optional<base::Milliseconds> retry, double unit) {
    useless_ = useful ? 0 : std::min(useless_ + 1, 16U);
    if (retry) retry_ = *retry;
    const base::Duration first = retry_ ? base::Duration(*retry_) : kFirst;
    if (useless_ <= 1) return first;
    const base::Duration ceiling = std::max(first, std::min(kMax, kFirst * (1L << useless_)));
    const auto jitter = static_cast<double>((ceiling - first).count()) * unit;
    return first + base::Duration(static_cast<std::int64_t>(jitter));
  }
  unsigned useless_ends() const { return useless_; }

 private:
  unsigned useless_ = 0;  // ends in a row without anything heard
  std::optional<base::Milliseconds> retry_;
};

}  // namespace upstream
