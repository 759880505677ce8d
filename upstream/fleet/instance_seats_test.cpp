#include "upstream/fleet/instance_seats.h"

#include <catch2/catch.hpp>
#include <vector>

namespace upstream {
namespace {

using Kind = InstanceTurn::Kind;
using std::chrono::seconds;

InstanceSeat seat(CallerKey caller, int used, bool busy = false, bool leaving = false) {
  return {caller, busy, leaving, base::TimePoint(seconds(used))};
}

TEST_CASE("a session has its own instance, also when others would take it", "[instances]") {
  const std::vector seats{seat(1, 10), seat(2, 20, true)};
  CHECK(turn_for(2, seats, 0) == InstanceTurn{Kind::use, 1});
  CHECK(turn_for(1, seats, 9) == InstanceTurn{Kind::use, 0});
}

TEST_CASE("a session without one gets a new one while there may be more", "[instances]") {
  std::vector<InstanceSeat> seats;
  for (CallerKey caller = 1; caller <= kInstancesMax; ++caller) {
    CHECK(turn_for(caller, seats, 0).kind == Kind::open);
    seats.push_back(seat(caller, 0, true));
  }
  CHECK(turn_for(99, seats, 0).kind == Kind::wait);
  seats.pop_back();
  CHECK(turn_for(99, seats, 0).kind == Kind::open);
  CHECK(turn_for(99, seats, 1).kind == Kind::wait);  // that one is for who came before
}

TEST_CASE("beyond, the one that was not used for the longest time is vacated", "[instances]") {
  const std::vector seats{seat(1, 10, true), seat(2, 30), seat(3, 20), seat(4, 40)};
  CHECK(turn_for(5, seats, 0) == InstanceTurn{Kind::vacate, 2});
}

TEST_CASE("one that is in a call is never taken", "[instances]") {
  const std::vector seats{seat(1, 10, true), seat(2, 30, true), seat(3, 20, true),
                          seat(4, 40, true)};
  CHECK(turn_for(5, seats, 0).kind == Kind::wait);
}

TEST_CASE("one is vacated for each session that waits, and no more", "[instances]") {
  const std::vector seats{seat(1, 10, false, true), seat(2, 30), seat(3, 20), seat(4, 40)};
  CHECK(turn_for(5, seats, 0).kind == Kind::wait);
  CHECK(turn_for(6, seats, 1) == InstanceTurn{Kind::vacate, 2});
}

TEST_CASE("who lost its instance waits for its turn as any other", "[instances]") {
  const std::vector seats{seat(1, 10, false, true), seat(2, 30, true), seat(3, 20, true),
                          seat(4, 40, true)};
  CHECK(turn_for(1, seats, 0).kind == Kind::wait);
}

}  // namespace
}  // namespace upstream
