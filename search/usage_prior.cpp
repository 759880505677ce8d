#include "search/usage_prior.h"

#include <algorithm>
#include <cmath>

namespace search {

float usage_prior(const ToolUse& use) {
  if (use.successes == 0) return 0.0F;
  constexpr double kManySuccesses = 100.0;
  const auto successes = static_cast<double>(use.successes);
  const double much = std::min(1.0, std::log1p(successes) / std::log1p(kManySuccesses));
  const double reliable = successes / (successes + static_cast<double>(use.failures));
  const double age = std::max<double>(0.0, static_cast<double>(use.since_last.count()));
  const double fresh = std::exp2(-age / static_cast<double>(kUseHalfLife.count()));
  return static_cast<float>(much * reliable * fresh);
}

}  // namespace search
