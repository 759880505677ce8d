#include "proxy/daemon/memory_keeper.h"

#include <catch2/catch.hpp>

namespace proxy::daemon {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

TEST_CASE("memory is given back after a growth, once for each", "[daemon]") {
  TrimRule rule;
  CHECK(!rule.wants_trim(20 * kMiB));
  CHECK(!rule.wants_trim(21 * kMiB));
  CHECK(rule.wants_trim(60 * kMiB));
  rule.trimmed(50 * kMiB);  // so much lies between what is in use
  CHECK(!rule.wants_trim(50 * kMiB));
  CHECK(rule.wants_trim(54 * kMiB));
}

TEST_CASE("what shrinks by itself lowers what growth is measured from", "[daemon]") {
  TrimRule rule;
  CHECK(!rule.wants_trim(50 * kMiB));
  CHECK(!rule.wants_trim(20 * kMiB));
  CHECK(rule.wants_trim(30 * kMiB));
}

TEST_CASE("memory that comes back after each trim is looked at less often", "[daemon]") {
  TrimRule rule;
  CHECK(!rule.wants_trim(20 * kMiB));
  CHECK(rule.intervals() == 1);
  for (const unsigned intervals : {2U, 4U, 4U}) {
    CHECK(rule.wants_trim(60 * kMiB));
    CHECK(rule.intervals() == intervals);
    rule.trimmed(20 * kMiB);
  }
  CHECK(!rule.wants_trim(21 * kMiB));
  CHECK(rule.intervals() == 1);
}

}  // namespace
}  // namespace proxy::daemon
