#include <catch2/catch.hpp>
#include <vector>

#include "upstream/fleet/fleet_world.h"
#include "upstream/lifecycle/auto_disable.h"
#include "upstream/lifecycle/backoff.h"

namespace upstream {
namespace {

using namespace fleet_test;

TEST_CASE("a start that fails fails those who waited for it, with its reason", "[fleet]") {
  World world;
  world.apply({spec_of("a", RunPolicy::lazy)});
  REQUIRE(world.call(0, 1).ok());
  REQUIRE(world.call(0, 2).ok());
  world.sim.settle();
  world.crash(world.line());
  CHECK(world.sink.log == std::vector<std::string>{"1 MCPT_EXITED", "2 MCPT_EXITED"});
  CHECK(world.sink.last_error.message == "Server 'a' failed to start: exited with code 1");
  CHECK(world.state() == State::backoff);
  CHECK(world.fleet.view(0)->next_try.has_value());
  world.sim.advance(seconds(2));
  CHECK(world.state() == State::idle);  // lazy, and nobody wants it
}

TEST_CASE("a failure has a reason, though nobody gave one", "[fleet]") {
  for (const FailureKind kind :
       {FailureKind::spawn_failed, FailureKind::exited, FailureKind::connect_timeout,
        FailureKind::network, FailureKind::http_status, FailureKind::protocol_error,
        FailureKind::auth_required}) {
    for (const char* given : {"", " \n", "."}) {
      CAPTURE(to_string(kind), given);
      World world;
      world.apply({spec_of("a", RunPolicy::lazy)});
      REQUIRE(world.call(0, 1).ok());
      world.sim.settle();
      world.line().end(kind, given);
      world.sim.settle();
      const auto view = world.fleet.view(0);
      const std::string& reason = view->memory->last_failure->message;
      CHECK(reason.size() > 5);
      CHECK(std::string(view->reason).find(reason) != std::string::npos);
      CHECK(world.sink.last_error.message.ends_with(reason));
    }
  }
}

TEST_CASE("a failure tells no secret of its server", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a", RunPolicy::lazy);
  spec.secrets = {"hunter2000"};
  world.apply({spec});
  REQUIRE(world.call(0, 1).ok());
  world.sim.settle();
  SECTION("in its last words") {
    world.line().end(FailureKind::exited, "exited with code 1: bad token hunter2000");
    world.sim.settle();
    CHECK(world.fleet.view(0)->memory->last_failure->message ==
          "exited with code 1: bad token ***");
    CHECK(world.sink.last_error.message.find("hunter") == std::string::npos);
  }
  SECTION("in its last words, cut or encoded") {
    world.line().end(FailureKind::exited, "exited with code 1: k=hunter2000, hunter200");
    world.sim.settle();
    CHECK(world.fleet.view(0)->memory->last_failure->message == "exited with code 1: k=***, ***");
  }
  SECTION("where a message should be") {
    world.line().deliver("listening with hunter2000");
    CHECK(world.fleet.view(0)->first_garbage == "listening with ***");
  }
  CHECK(std::string(world.fleet.view(0)->reason).find("hunter") == std::string::npos);
}

TEST_CASE("failures in a row disable a server once that is durable", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.crash_until_commit_asked();
  CHECK(world.state() == State::backoff);
  const std::size_t starts = world.factory.starts.size();
  SECTION("durable") {
    world.observer.commits[0](base::kDone);
    world.sim.settle();
    CHECK(world.state() == State::auto_disabled);
    world.sim.advance(std::chrono::hours(24));
    CHECK(world.factory.starts.size() == starts);
    CHECK(world.fleet.reset_auto_disable(0));
    world.sim.settle();
    CHECK(world.state() == State::connecting);
    CHECK_FALSE(world.observer.memories[0].auto_disabled.has_value());
  }
  SECTION("not durable") {
    world.sim.advance(minutes(10));
    CHECK(world.factory.starts.size() == starts);  // no try before the answer
    world.observer.commits[0](base::Error{base::ErrorCode::store_unavailable, "full", ""});
    world.advance_until(State::connecting);
    CHECK(world.factory.starts.size() == starts + 1);
    world.crash(world.line());
    CHECK(world.observer.commits.size() == 2);
  }
  SECTION("withdrawn by a restart meanwhile") {
    REQUIRE(world.fleet.restart(0).ok());
    world.observer.commits[0](base::kDone);
    world.sim.settle();
    CHECK(world.state() == State::connecting);
  }
}

TEST_CASE("a server that is away for some seconds is not given up, however often it is tried",
          "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  const base::TimePoint began = world.sim.clock().now();
  const auto failing_for = [&] { return world.sim.clock().now() - began; };
  world.crash(world.line());
  // Callers wake it again and again.
  for (CallTag tag = 1; failing_for() < seconds(20); ++tag) {
    REQUIRE(world.call(0, tag).ok());
    world.advance_until(State::connecting);
    world.crash(world.line());
  }
  CHECK(world.observer.memories[0].consecutive_failures > 5);
  CHECK(world.observer.commits.empty());
  SECTION("and back: it is ready, and a minute later forgiven") {
    world.advance_until(State::connecting);
    world.make_ready(world.line());
    world.sim.advance(seconds(61));
    CHECK(world.observer.memories[0].consecutive_failures == 0);
    world.crash(world.line());
    CHECK(world.observer.commits.empty());
  }
  SECTION("and stays away: it has a last chance when the time is over, whatever its backoff is") {
    while (world.observer.commits.empty()) {
      world.advance_until(State::connecting);
      world.crash(world.line());
    }
    CHECK(failing_for() >= kFailingMin);
    CHECK(failing_for() < kFailingMin + seconds(1));
  }
}

TEST_CASE("a last chance comes not before the time that the server asked for", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.auto_disable_threshold = 1;
  world.apply({spec});
  world.line().listener->on_closed({FailureKind::http_status, 503, "", "", {}, minutes(10)});
  world.sim.settle();
  world.sim.advance(minutes(10) - seconds(1));
  CHECK(world.state() == State::backoff);
  world.sim.advance(seconds(2));
  CHECK(world.state() == State::connecting);
}

TEST_CASE("a changed configuration forgets that it was auto-disabled", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.config_hash = 2;
  spec.memory.config_hash = 1;
  spec.memory.auto_disabled = {"old", {}};
  world.apply({spec});
  CHECK(world.state() == State::connecting);
}

TEST_CASE("a minute of good health forgives, a crash before it does not", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  for (std::uint32_t i = 1; i <= 2; ++i) {
    world.make_ready(world.line());
    world.sim.advance(seconds(30));
    world.crash(world.line());
    CHECK(world.observer.memories[0].consecutive_failures == i);
    world.advance_until(State::connecting);
  }
  world.make_ready(world.line());
  world.sim.advance(seconds(61));
  CHECK(world.observer.memories[0].consecutive_failures == 0);
}

TEST_CASE("a connection that hangs is closed at its deadline and keeps its last words", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.sim.advance(seconds(61));
  CHECK(world.state() == State::stopping);
  CHECK(world.fleet.connecting() == 0);
  world.line().listener->on_closed({FailureKind::exited, 0, "", "", {"waiting for a token"}});
  world.sim.settle();
  CHECK(world.state() == State::backoff);
  const UpstreamMemory& memory = world.observer.memories[0];
  CHECK(memory.last_failure->kind == FailureKind::connect_timeout);
  CHECK(memory.last_failure->message == "It did not answer initialize within 60 s");
  CHECK(memory.last_failure->stderr_tail == std::vector<std::string>{"waiting for a token"});
}

TEST_CASE("a hanging start that wrote something else than messages says what", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.line().deliver("Listening on \x1B[1mport 3000");
  world.sim.advance(seconds(61));
  const Failure& failure = *world.observer.memories[0].last_failure;
  CHECK(failure.message ==
        "It did not answer initialize within 60 s; what it wrote is no MCP message: "
        "\"Listening on port 3000\"");
  CHECK(failure.remedy.find("stdio mode") != std::string::npos);
  CHECK(world.fleet.view(0)->counters.garbage_lines == 1);
}

TEST_CASE("what another program wrote is no reproach to the one that replaces it", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.line().deliver("Listening on port 3000");
  world.sim.advance(seconds(61));
  UpstreamSpec changed = spec_of("a");
  changed.launch = StdioLaunch{"run", {"--stdio"}, {}, ""};
  world.apply({changed});
  world.crash(world.line());
  world.advance_until(State::connecting);
  CHECK(world.fleet.view(0)->counters.garbage_lines == 0);
  CHECK(world.fleet.view(0)->first_garbage.empty());
}

TEST_CASE("a call wakes a server from backoff at once, but once a second", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.auto_disable_threshold = 0;
  world.apply({spec});
  for (int i = 0; i < 12; ++i) {
    world.crash(world.line());
    world.advance_until(State::connecting);
  }
  world.crash(world.line());
  const std::size_t before = world.factory.starts.size();
  for (CallTag tag = 1; tag <= 5; ++tag) {
    REQUIRE(world.call(0, tag).ok());
    world.sim.advance(milliseconds(100));
    CHECK(world.factory.starts.size() == before + 1);
    if (world.state() == State::connecting) world.crash(world.line());
  }
}

TEST_CASE("a server that asks to be left alone is, by callers too", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  Failure busy{FailureKind::http_status, 503, "HTTP 503", "", {}, {}};
  busy.retry_after = seconds(20);
  world.line().listener->on_closed(busy);
  world.sim.settle();
  REQUIRE(world.state() == State::backoff);
  REQUIRE(world.call(0, 1).ok());
  world.sim.advance(milliseconds(19'900));
  CHECK(world.state() == State::backoff);
  world.sim.advance(milliseconds(200));
  CHECK(world.state() == State::connecting);
}

// Twenty known-good servers and, as the last one, one that was never good.
constexpr UpstreamId kBad = 20;
std::vector<UpstreamSpec> twenty_good_and_a_bad(std::uint32_t auto_disable_threshold) {
  std::vector<UpstreamSpec> specs;
  for (int i = 0; i < 20; ++i) {
    specs.push_back(spec_of("good" + std::to_string(i)));
    specs.back().memory.known_good = true;
    specs.back().auto_disable_threshold = auto_disable_threshold;
  }
  specs.push_back(spec_of("bad"));
  specs.back().auto_disable_threshold = auto_disable_threshold;
  return specs;
}

// Every start fails for so long.
void fail_all(World& world, base::Duration for_time, std::size_t& seen) {
  const base::TimePoint end = world.sim.clock().now() + for_time;
  for (; world.sim.clock().now() < end; world.sim.advance(milliseconds(100))) {
    for (; seen < world.factory.lines.size(); ++seen) {
      world.line(seen).end(FailureKind::network, "down");
    }
  }
}

TEST_CASE("a common cause disables no known-good server, but a never-good one", "[fleet]") {
  World world({.slots = 40});
  world.apply(twenty_good_and_a_bad(1));
  REQUIRE(world.factory.starts.size() == 21);
  std::size_t seen = 0;
  fail_all(world, 2 * kFailingMin, seen);
  CHECK(world.observer.guard_tripped);
  for (const auto& done : world.observer.commits) done(base::kDone);
  world.sim.settle();
  for (UpstreamId id = 0; id < 20; ++id) CHECK(world.state(id) != State::auto_disabled);
  CHECK(world.state(kBad) == State::auto_disabled);
}

TEST_CASE("when a common cause is over, known-good servers need not wait for their next try",
          "[fleet]") {
  World world({.slots = 40});
  world.apply(twenty_good_and_a_bad(1000));
  std::size_t seen = 0;
  fail_all(world, minutes(20), seen);
  REQUIRE(world.observer.guard_tripped);
  for (int rounds = 0; world.observer.guard_tripped; ++rounds) {
    REQUIRE(rounds < 100'000);
    world.sim.advance(milliseconds(10));
    for (; seen < world.factory.lines.size(); ++seen) {
      if (world.factory.starts[seen] == kBad) {
        world.line(seen).end(FailureKind::network, "down");
      } else {
        world.make_ready(world.line(seen));
      }
    }
  }
  world.sim.advance(milliseconds(10));
  for (UpstreamId id = 0; id < 20; ++id) {
    INFO(id);
    CHECK(world.state(id) != State::backoff);
  }
  CHECK(world.state(kBad) == State::backoff);
}

TEST_CASE("a silent server is pinged and given up after three pings", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.health_interval = seconds(30);
  world.apply({spec});
  world.make_ready(world.line());
  world.sim.advance(seconds(65));
  REQUIRE(world.line().sent.size() == 1);
  CHECK(world.line().sent[0].find("\"ping\"") != std::string::npos);
  World::answer(world.line(), "{}");
  world.sim.advance(minutes(2));
  CHECK(world.state() == State::ready);
  world.advance_until(State::stopping);
  CHECK(world.observer.memories[0].last_failure->kind == FailureKind::network);
}

TEST_CASE("a missing login climbs its own ladder and never counts", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  for (int i = 0; i < 4; ++i) {
    world.line().end(FailureKind::auth_required, "401");
    world.sim.settle();
    CHECK(world.state() == State::login_required);
    world.sim.advance(login_delay(static_cast<std::uint32_t>(i) + 1));
  }
  CHECK(world.observer.commits.empty());
  CHECK(world.observer.memories[0].consecutive_failures == 0);
  CHECK(world.factory.starts.size() == 5);
}

}  // namespace
}  // namespace upstream
