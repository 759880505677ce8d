#include "e2e/scale/metric.h"

#include <catch2/catch.hpp>

namespace scale {
namespace {

TEST_CASE("a missed target of the field or a broken promise fails, a missed budget does not") {
  Report report;
  report.add({Area::state, "a", "ms", 5, 100, 1});
  CHECK(report.passed());
  CHECK(report.require(Area::state, true, "kept"));
  CHECK(report.passed());
  SECTION("target") {
    report.add({Area::state, "b", "ms", 100, 100, {}});
    CHECK(report.table({}).find("MISSED") != std::string::npos);
  }
  SECTION("no number") {
    report.add({Area::state, "b", "ms", 0.0 / 0.0, 100, {}});
  }
  SECTION("promise") {
    CHECK_FALSE(report.require(Area::events, false, "an event was lost"));
    CHECK(report.table({}).find("BROKEN  events: an event was lost") != std::string::npos);
  }
  CHECK_FALSE(report.passed());
}

TEST_CASE("where the machine is not to be judged only promises count") {
  Report report;
  report.count_promises_only();
  report.add({Area::state, "slow", "ms", 500, 100, {}});
  CHECK(report.passed());
  report.require(Area::state, false, "lost");
  CHECK_FALSE(report.passed());
}

TEST_CASE("a later run is compared with the values of an earlier one") {
  Report report;
  report.add({Area::memory, "anonymous", "MiB", 12.5, {}, 40});
  const auto earlier = values_of(report.json(false));
  REQUIRE(earlier.ok());
  CHECK(earlier->at("memory: anonymous") == 12.5);
  Report later;
  later.add({Area::memory, "anonymous", "MiB", 25, {}, 40});
  later.add({Area::memory, "new", "MiB", 25, {}, 40});
  CHECK(later.table(*earlier).find("x2.00") != std::string::npos);
  CHECK_FALSE(values_of("{}").ok());
  CHECK_FALSE(values_of("no json").ok());
}

TEST_CASE("areas stand in their order, whatever order they were measured in") {
  Report report;
  report.add({Area::persistence, "late", "", 1, {}, {}});
  report.add({Area::configuration, "early", "", 1, {}, {}});
  const std::string table = report.table({});
  CHECK(table.find("early") < table.find("late"));
}

TEST_CASE("a quantile is a value that was measured") {
  CHECK(quantile({3, 1, 2}, 0.5) == 2);
  CHECK(quantile({3, 1, 2}, 0.99) == 3);
  CHECK(quantile({7}, 0.01) == 7);
}

}  // namespace
}  // namespace scale
