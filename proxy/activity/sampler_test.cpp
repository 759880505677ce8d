#include "proxy/activity/sampler.h"

#include <catch2/catch.hpp>

namespace proxy::activity {
namespace {

using std::chrono::milliseconds;

TEST_CASE("so many a second are kept, and the next one kept says how many were not", "[activity]") {
  Sampler sampler(2);
  const base::TimePoint start{milliseconds(5000)};
  CHECK(sampler.admit(false, start) == 0U);
  CHECK(sampler.admit(false, start + milliseconds(1)) == 0U);
  for (int i = 0; i < 3; ++i) CHECK(!sampler.admit(false, start + milliseconds(999)));
  CHECK(sampler.admit(false, start + milliseconds(1000)) == 3U);
  CHECK(sampler.admit(false, start + milliseconds(1000)) == 0U);
}

TEST_CASE("what must be kept is, and takes nothing of the rate", "[activity]") {
  Sampler sampler(1);
  const base::TimePoint start{milliseconds(5000)};
  for (int i = 0; i < 5; ++i) CHECK(sampler.admit(true, start) == 0U);
  CHECK(sampler.admit(false, start) == 0U);
  CHECK(!sampler.admit(false, start));
  CHECK(sampler.admit(true, start) == 1U);
}

}  // namespace
}  // namespace proxy::activity
