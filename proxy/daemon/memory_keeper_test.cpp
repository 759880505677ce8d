#include "proxy/daemon/memory_keeper.h"

#include <catch2/catch.hpp>

namespace proxy::daemon {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

HeapBytes unused(std::uint64_t mib, std::uint64_t used_mib = 10) {
  return {used_mib * kMiB, mib * kMiB};
}

TEST_CASE("memory is given back after a growth, once for each", "[daemon]") {
  TrimRule rule;
  CHECK(!rule.wants_trim(unused(20)));
  CHECK(!rule.wants_trim(unused(21)));
  CHECK(rule.wants_trim(unused(60)));
  rule.trimmed(unused(50));  // so much lies between what is in use
  CHECK(!rule.wants_trim(unused(50)));
  CHECK(rule.wants_trim(unused(54)));
}

TEST_CASE("what shrinks by itself lowers what growth is measured from", "[daemon]") {
  TrimRule rule;
  CHECK(!rule.wants_trim(unused(50)));
  CHECK(!rule.wants_trim(unused(20)));
  CHECK(rule.wants_trim(unused(30)));
}

TEST_CASE("what lay between blocks in use is given back when those are freed", "[daemon]") {
  TrimRule rule;
  CHECK(!rule.wants_trim(unused(1, 5)));
  CHECK(rule.wants_trim(unused(20, 100)));
  rule.trimmed(unused(20, 100));
  CHECK(!rule.wants_trim(unused(20, 99)));
  CHECK(rule.wants_trim(unused(20, 12)));
  rule.trimmed(unused(1, 12));
  CHECK(!rule.wants_trim(unused(1, 12)));
}

TEST_CASE("what is freed and gone needs no trim", "[daemon]") {
  TrimRule rule;
  CHECK(!rule.wants_trim(unused(1, 100)));
  CHECK(!rule.wants_trim(unused(1, 10)));
}

TEST_CASE("memory that comes back after each trim is looked at less often", "[daemon]") {
  TrimRule rule;
  CHECK(!rule.wants_trim(unused(20)));
  CHECK(rule.intervals() == 1);
  for (const unsigned intervals : {2U, 4U, 4U}) {
    CHECK(rule.wants_trim(unused(60)));
    CHECK(rule.intervals() == intervals);
    rule.trimmed(unused(20));
  }
  CHECK(!rule.wants_trim(unused(21)));
  CHECK(rule.intervals() == 1);
}

}  // namespace
}  // namespace proxy::daemon
