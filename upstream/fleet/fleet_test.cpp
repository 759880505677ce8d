#include "upstream/fleet/fleet.h"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "upstream/fleet/fleet_world.h"
#include "upstream/lifecycle/auto_disable.h"
#include "upstream/lifecycle/backoff.h"

namespace upstream {
namespace {

using namespace fleet_test;

TEST_CASE("an active server starts, lists and is ready", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  REQUIRE(world.factory.starts.size() == 1);
  world.make_ready(world.line());
  CHECK(world.observer.history == std::vector{State::queued, State::connecting, State::ready});
  CHECK(world.observer.listings == 1);
  CHECK(world.observer.memories[0].known_good);
  CHECK(world.fleet.find("a") == UpstreamId{0});
  CHECK_FALSE(world.fleet.find("b").has_value());
  CHECK(world.fleet.view(0)->pid == 4711);
}

TEST_CASE("a lease lasts to the handshake, connecting to the listing", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  CHECK(world.fleet.leases_in_use() == 1);
  world.shake_hands(world.line());
  CHECK(world.fleet.leases_in_use() == 0);
  CHECK(world.fleet.connecting() == 1);
  World::answer(world.line(), R"({"tools":[]})");
  CHECK(world.fleet.connecting() == 0);
}

TEST_CASE("hanging servers hold a slot for five seconds only", "[fleet]") {
  World world({.slots = 3});
  std::vector<UpstreamSpec> specs;
  for (int i = 0; i < 12; ++i) specs.push_back(spec_of("s" + std::to_string(i)));
  world.apply(std::move(specs));
  CHECK(world.factory.starts.size() == 1);  // two of three are for callers
  world.sim.advance(seconds(6));
  CHECK(world.factory.starts.size() == 2);
  world.sim.advance(seconds(50));
  CHECK(world.factory.starts.size() == 10);  // 12 may connect, less the reserve
  CHECK(world.fleet.connecting() == 10);
}

TEST_CASE("a lazy server is visited once for its catalog and stopped again", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a", RunPolicy::lazy);
  spec.has_catalog = false;
  world.apply({spec});
  world.make_ready(world.line());
  CHECK(world.observer.listings == 1);
  CHECK(world.state() == State::stopping);
  CHECK(world.line().closed);
  world.crash(world.line());
  CHECK(world.state() == State::idle);
  world.sim.advance(std::chrono::hours(48));
  CHECK(world.factory.starts.size() == 1);
}

TEST_CASE("a call starts a lazy server, waits for it, and is answered once", "[fleet]") {
  World world;
  world.apply({spec_of("a", RunPolicy::lazy)});
  CHECK(world.factory.starts.empty());
  REQUIRE(world.call(0, 1).ok());
  world.sim.settle();
  REQUIRE(world.factory.starts.size() == 1);
  world.make_ready(world.line());
  World::answer(world.line(), R"({"done":true})");
  CHECK(world.sink.log == std::vector<std::string>{R"(1 {"done":true})"});
  world.sim.advance(minutes(10) - seconds(1));
  CHECK(world.state() == State::ready);
  world.sim.advance(seconds(2));
  CHECK(world.state() == State::stopping);
}

TEST_CASE("idle stop spares a server that is in use", "[fleet]") {
  World world;
  world.apply({spec_of("a", RunPolicy::lazy)});
  REQUIRE(world.call(0, 1).ok());
  world.sim.settle();
  world.make_ready(world.line());
  SECTION("by a call") {
    CallSpec spec;
    spec.method = "tools/call";
    spec.name = "slow";
    spec.deadline = minutes(60);
    spec.sink = &world.sink;
    REQUIRE(world.fleet.call(0, spec).ok());
    world.sim.advance(minutes(50));
    CHECK(world.state() == State::ready);
  }
  SECTION("by a lease") {
    UpstreamLease lease = world.fleet.lease(0);
    world.sim.advance(minutes(50));
    CHECK(world.state() == State::ready);
    lease.release();
    world.sim.advance(minutes(9));
    CHECK(world.state() == State::ready);
    world.advance_until(State::stopping);
  }
}

TEST_CASE("a call waits 25 s for a start, then is told so, and the start goes on", "[fleet]") {
  World world;
  world.apply({spec_of("a", RunPolicy::lazy)});
  REQUIRE(world.call(0, 1).ok());
  world.sim.advance(seconds(26));
  CHECK(world.sink.log == std::vector<std::string>{"1 MCPT_SERVER_STARTING"});
  CHECK(world.sink.last_error.remedy.find("Retry in") != std::string::npos);
  CHECK(world.state() == State::connecting);
  world.make_ready(world.line());
  CHECK(world.state() == State::ready);
}

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

TEST_CASE("what may not run refuses calls at once and says what to do", "[fleet]") {
  World world;
  UpstreamSpec held = spec_of("held", RunPolicy::disabled);
  held.held_by = "group 'db'";
  UpstreamSpec unset = spec_of("unset");
  unset.unconfigured = {base::ErrorCode::server_unconfigured, "variable TOKEN is not set",
                        "Set TOKEN"};
  UpstreamSpec out = spec_of("out");
  out.memory.auto_disabled = {"3 failures in a row", {}};
  out.memory.last_failure = {FailureKind::exited, 1, "exited", "start it by hand.", {}};
  world.preflight.missing = {"gone"};
  world.apply({spec_of("q", RunPolicy::quarantined), held, unset, out, spec_of("gone")});
  const auto refusal = [&](const char* name) {
    const auto id = world.fleet.find(name);
    const auto result = world.call(*id, 1);
    REQUIRE_FALSE(result.ok());
    return result.error();
  };
  CHECK(refusal("q").code == base::ErrorCode::server_quarantined);
  CHECK(refusal("held").code == base::ErrorCode::server_disabled);
  CHECK(refusal("held").message.find("group 'db'") != std::string::npos);
  CHECK(refusal("unset").code == base::ErrorCode::server_unconfigured);
  CHECK(refusal("unset").message.find("TOKEN is not set") != std::string::npos);
  CHECK(refusal("unset").remedy == "Set TOKEN; then run: mcptrunk servers restart unset");
  CHECK(refusal("out").remedy == "start it by hand; then run: mcptrunk servers restart out");
  CHECK(refusal("out").code == base::ErrorCode::server_auto_disabled);
  CHECK(refusal("gone").message.find("not in PATH") != std::string::npos);
  CHECK_FALSE(world.call(99, 1).ok());
  CHECK(world.factory.starts.empty());
  CHECK(world.sink.log.empty());
}

TEST_CASE("what is unconfigured is looked at again on reload and restart", "[fleet]") {
  World world;
  world.preflight.missing = {"a"};
  world.apply({spec_of("a")});
  CHECK(world.state() == State::unconfigured);
  world.preflight.missing.clear();
  SECTION("reload") {
    world.apply({spec_of("a")});
  }
  SECTION("restart") {
    REQUIRE(world.fleet.restart(0).ok());
    world.sim.settle();
  }
  CHECK(world.state() == State::connecting);
  CHECK(world.observer.memories[0].consecutive_failures == 0);
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

TEST_CASE("a call without an answer is remembered until one is answered", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.make_ready(world.line());
  REQUIRE(world.call(0, 1).ok());
  CHECK(world.fleet.view(0)->failed_call == nullptr);
  world.sim.advance(minutes(3));
  REQUIRE(world.fleet.view(0)->failed_call != nullptr);
  CHECK(world.fleet.view(0)->failed_call->error.code == base::ErrorCode::deadline_exceeded);
  CHECK(world.fleet.view(0)->counters.calls_failed == 1);
  world.line().sent.clear();
  REQUIRE(world.call(0, 2).ok());
  World::answer(world.line(), "{}");
  CHECK(world.fleet.view(0)->failed_call == nullptr);
  CHECK(world.fleet.view(0)->counters.calls_failed == 1);
}

TEST_CASE("the first start of a package runner has three minutes", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("npx");
  spec.package_runner = true;
  world.apply({spec});
  world.sim.advance(seconds(170));
  CHECK(world.state() == State::connecting);
  world.make_ready(world.line());
  CHECK(world.observer.memories[0].package_ready);
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

TEST_CASE("reload by difference: only what changed is touched", "[fleet]") {
  World world;
  world.apply({spec_of("a"), spec_of("b"), spec_of("c")});
  for (std::size_t i = 0; i < 3; ++i) world.make_ready(world.line(i));
  UpstreamSpec changed = spec_of("b");
  changed.launch = StdioLaunch{"run", {"--other"}, {}, ""};
  UpstreamSpec off = spec_of("c", RunPolicy::disabled);
  UpstreamSpec same = spec_of("a");
  same.call_timeout = seconds(5);
  world.apply({off, changed, same, spec_of("d")});
  CHECK(world.state(0) == State::ready);
  CHECK(world.state(1) == State::stopping);
  CHECK(world.state(2) == State::stopping);
  CHECK(world.fleet.find("d") == UpstreamId{3});
  world.crash(world.line(1));
  world.crash(world.line(2));
  CHECK(world.state(1) == State::connecting);
  CHECK(world.state(2) == State::disabled);
}

TEST_CASE("another revision to speak replaces the connection", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.make_ready(world.line());
  UpstreamSpec older = spec_of("a");
  older.revision = protocol::Revision::v2024_11_05;
  world.apply({older});
  CHECK(world.state() == State::stopping);
  world.crash(world.line());
  REQUIRE(!world.line(1).sent.empty());
  CHECK(world.line(1).sent[0].find("2024-11-05") != std::string::npos);
}

TEST_CASE("a removed server stops, is gone, and may come back under its id", "[fleet]") {
  World world;
  world.apply({spec_of("a"), spec_of("b", RunPolicy::disabled)});
  world.make_ready(world.line());
  UpstreamLease stale = world.fleet.lease(0);
  world.apply({});
  CHECK_FALSE(world.fleet.find("a").has_value());
  CHECK_FALSE(world.fleet.view(0).has_value());
  CHECK(world.line().closed);
  world.crash(world.line());
  CHECK(world.line().destroyed);
  world.apply({spec_of("a")});
  CHECK(world.fleet.find("a") == UpstreamId{0});
  CHECK(world.state() == State::connecting);
}

TEST_CASE("a server that returns while it is being removed lives on", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.make_ready(world.line());
  world.apply({});
  world.apply({spec_of("a")});
  CHECK(world.state() == State::stopping);
  world.crash(world.line());
  CHECK(world.state() == State::connecting);
}

TEST_CASE("a caller waits two seconds for the old process at most", "[fleet]") {
  World world;
  world.apply({spec_of("a", RunPolicy::lazy)});
  REQUIRE(world.call(0, 1).ok());
  world.sim.settle();
  world.make_ready(world.line());
  World::answer(world.line(), "{}");
  world.advance_until(State::stopping);
  REQUIRE(world.call(0, 2).ok());
  REQUIRE(world.call(0, 3).ok());
  world.sim.advance(milliseconds(1900));
  CHECK_FALSE(world.line(0).destroyed);
  world.sim.advance(milliseconds(200));
  CHECK(world.line(0).destroyed);
  CHECK(world.state() == State::connecting);
}

TEST_CASE("calls beyond what a server takes at once wait for their turn, up to its queue",
          "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.max_concurrent_requests = 2;
  spec.queue_size = 2;
  world.apply({spec});
  world.make_ready(world.line());
  std::vector<CallHandle> handles;
  for (CallTag tag = 1; tag <= 4; ++tag) {
    const auto accepted = world.call(0, tag);
    REQUIRE(accepted.ok());
    handles.push_back(*accepted);
  }
  const auto refused = world.call(0, 5);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::overloaded);
  CHECK(world.line().sent.size() == 2);
  World::answer(world.line(), "{}");
  CHECK(world.line().sent.size() == 2);
  CHECK(world.fleet.cancel(handles[3]));
  CHECK(world.fleet.cancel(handles[1]));
  CHECK_FALSE(world.fleet.cancel(handles[0]));
  CHECK(world.fleet.view(0)->calls_waiting == 0);
  CHECK(world.fleet.view(0)->calls_in_flight == 1);
}

TEST_CASE("a common cause disables no known-good server, but a never-good one", "[fleet]") {
  World world({.slots = 40});
  std::vector<UpstreamSpec> specs;
  for (int i = 0; i < 20; ++i) {
    specs.push_back(spec_of("good" + std::to_string(i)));
    specs.back().memory.known_good = true;
    specs.back().auto_disable_threshold = 1;
  }
  specs.push_back(spec_of("bad"));
  specs.back().auto_disable_threshold = 1;
  world.apply(std::move(specs));
  REQUIRE(world.factory.starts.size() == 21);
  const base::TimePoint end = world.sim.clock().now() + 2 * kFailingMin;
  for (std::size_t failed = 0; world.sim.clock().now() < end;
       world.sim.advance(milliseconds(100))) {
    for (; failed < world.factory.lines.size(); ++failed) {
      world.line(failed).end(FailureKind::network, "down");
    }
  }
  CHECK(world.observer.guard_tripped);
  for (const auto& done : world.observer.commits) done(base::kDone);
  world.sim.settle();
  for (UpstreamId id = 0; id < 20; ++id) CHECK(world.state(id) != State::auto_disabled);
  CHECK(world.state(20) == State::auto_disabled);
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

TEST_CASE("shutdown refuses what waits, closes what runs, and ends at its deadline", "[fleet]") {
  World world;
  world.apply({spec_of("a"), spec_of("b", RunPolicy::lazy)});
  world.make_ready(world.line());
  REQUIRE(world.call(1, 1).ok());
  bool done = false;
  world.fleet.shutdown(seconds(8), [&done] { done = true; });
  world.sim.settle();
  CHECK_FALSE(done);
  CHECK_FALSE(world.call(0, 2).ok());
  CHECK(world.sink.log.size() == 1);
  SECTION("politely") {
    world.crash(world.line(0));
    CHECK(done);
  }
  SECTION("at the deadline") {
    world.sim.advance(seconds(9));
    CHECK(done);
    CHECK(world.line(0).destroyed);
  }
}

}  // namespace
}  // namespace upstream
