#include "search/usage_prior.h"

#include <catch2/catch.hpp>

namespace search {
namespace {

using std::chrono::hours;

TEST_CASE("use counts for something, less with age and with failures, and never beyond one") {
  CHECK(usage_prior({}) == 0.0F);
  CHECK(usage_prior({.successes = 0, .failures = 9}) == 0.0F);
  const float fresh = usage_prior({.successes = 20});
  CHECK(fresh > usage_prior({.successes = 2}));
  CHECK(fresh > usage_prior({.successes = 20, .failures = 20}));
  CHECK(usage_prior({.successes = 20, .since_last = kUseHalfLife}) == Approx(fresh / 2));
  CHECK(usage_prior({.successes = 20, .since_last = hours(-5)}) == fresh);
  CHECK(usage_prior({.successes = 1'000'000'000'000}) == 1.0F);
}

}  // namespace
}  // namespace search
