#include "proxy/http/places.h"

#include <catch2/catch.hpp>
#include <chrono>

namespace proxy::http {
namespace {

Candidate one(Standing standing, int since) {
  return {standing, base::TimePoint(std::chrono::seconds(since)), nullptr};
}

std::vector<int> since(const std::vector<Candidate>& gone) {
  std::vector<int> times;
  for (const Candidate& each : gone) {
    times.push_back(static_cast<int>(
        std::chrono::duration_cast<std::chrono::seconds>(each.since.time_since_epoch()).count()));
  }
  return times;
}

TEST_CASE("who is over goes first, then who never asked, then strangers, then who is known",
          "[http]") {
  std::vector<Candidate> all{one(Standing::busy, 1), one(Standing::known, 2),
                             one(Standing::stranger, 3), one(Standing::silent, 4),
                             one(Standing::over, 5)};
  for (const int expected : {5, 4, 3, 2}) {
    const auto gone = who_goes(all, 10);
    CHECK(since(gone) == std::vector<int>{expected});
    all.pop_back();
  }
  CHECK(who_goes(all, 10).empty());
  CHECK(who_goes({}, 10).empty());
}

TEST_CASE("among equals the oldest go, several at a time where there are many places", "[http]") {
  std::vector<Candidate> all;
  for (const int time : {70, 20, 90, 10, 50}) all.push_back(one(Standing::silent, time));
  CHECK(since(who_goes(all, 10)) == std::vector<int>{10});
  CHECK(since(who_goes(all, 192)) == std::vector<int>{10, 20, 50});
  CHECK(since(who_goes(all, 4096)).size() == 5);
}

TEST_CASE("of those who are known fewer go at a time", "[http]") {
  std::vector<Candidate> all;
  for (int time = 100; time > 0; --time) all.push_back(one(Standing::known, time));
  CHECK(since(who_goes(all, 1024)) == std::vector<int>{1, 2});
}

}  // namespace
}  // namespace proxy::http
