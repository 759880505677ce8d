#include <catch2/catch.hpp>

#include "upstream/fleet/fleet_world.h"
#include "upstream/lifecycle/backoff.h"
#include "upstream/lifecycle/suspend_watch.h"

namespace upstream {
namespace {

using namespace fleet_test;
using std::chrono::hours;

// A look at the clocks, and what follows from it.
void look(World& world) {
  world.sim.advance(SuspendWatch::kLookEvery);
}

TEST_CASE("a sleep of the machine is told once, and clocks that drift are none", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.sim.clock().suspend(seconds(1));
  look(world);
  CHECK(world.observer.sleeps.empty());
  world.sim.clock().suspend(hours(8));
  look(world);
  look(world);
  CHECK(world.observer.sleeps == std::vector<base::Duration>{hours(8) + seconds(1)});
}

TEST_CASE("after a sleep a server in backoff is tried at once, as if it had failed never",
          "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.auto_disable_threshold = 0;
  world.apply({spec});
  for (int i = 0; i < 2; ++i) {
    world.crash(world.line());
    world.advance_until(State::connecting);
  }
  world.line().listener->on_closed({FailureKind::http_status, 503, "", "", {}, minutes(10)});
  world.sim.settle();
  world.sim.advance(seconds(20));
  REQUIRE(world.state() == State::backoff);
  SECTION("but not before the time that it asked for") {
    world.sim.clock().suspend(minutes(5));
    look(world);
    CHECK(world.state() == State::backoff);
    world.sim.advance(minutes(5));
    CHECK(world.state() == State::connecting);
  }
  SECTION("when that time is over") {
    world.sim.clock().suspend(minutes(15));
    look(world);
    REQUIRE(world.state() == State::connecting);
    world.crash(world.line());
    world.sim.advance(kBackoffFirst);
    CHECK(world.state() == State::connecting);
  }
}

TEST_CASE("the ladder of a missing login counts the sleep", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.line().end(FailureKind::auth_required, "401");
  world.sim.settle();
  world.sim.clock().suspend(login_delay(1) / 2);
  look(world);
  CHECK(world.state() == State::login_required);
  world.sim.advance(login_delay(1) / 2);
  CHECK(world.state() == State::connecting);
}

TEST_CASE("what fails shortly after a sleep does not count, what fails later does", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  // The first failure is noticed before the clocks are looked at.
  world.sim.clock().suspend(minutes(1));
  world.crash(world.line());
  CHECK(world.observer.sleeps.size() == 1);
  for (int i = 0; i < 4; ++i) {
    world.advance_until(State::connecting);
    world.crash(world.line());
  }
  CHECK(world.observer.memories[0].consecutive_failures == 0);
  CHECK(world.observer.memories[0].last_failure.has_value());
  world.sim.advance(SuspendWatch::kGrace);
  REQUIRE(world.state() == State::connecting);
  world.crash(world.line());
  CHECK(world.observer.memories[0].consecutive_failures == 1);
}

TEST_CASE("after a sleep a ready server is probed at once, and pings of before are forgotten",
          "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.health_interval = seconds(30);
  world.apply({spec});
  world.make_ready(world.line());
  world.sim.advance(seconds(30 * 4 + 15));
  const std::size_t pings = world.line().sent.size();
  REQUIRE(pings == 3);  // the next silence would end it
  world.sim.clock().suspend(hours(1));
  look(world);
  CHECK(world.line().sent.size() == pings + 1);
  world.sim.advance(seconds(70));
  CHECK(world.state() == State::ready);
  world.sim.advance(seconds(25));
  CHECK(world.state() == State::stopping);
}

TEST_CASE("after a sleep the instance of a client is probed as the shared one is", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.health_interval = seconds(30);
  spec.own_instances = true;
  world.apply({spec});
  world.make_ready(world.line(0));
  REQUIRE(world.call(0, 1, 11).ok());
  world.sim.settle();
  world.make_ready(world.line(1));
  World::answer(world.line(1), "{}");
  world.sim.settle();
  REQUIRE(world.line(1).sent.empty());
  world.sim.clock().suspend(hours(1));
  look(world);
  CHECK(world.line(0).sent.size() == 1);
  CHECK(world.line(1).sent.size() == 1);
}

TEST_CASE("a server that is not to be pinged is not pinged after a sleep", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.make_ready(world.line());
  world.sim.clock().suspend(hours(1));
  look(world);
  CHECK(world.state() == State::ready);
  CHECK(world.line().sent.empty());
}

}  // namespace
}  // namespace upstream
