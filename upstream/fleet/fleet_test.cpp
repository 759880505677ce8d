#include "upstream/fleet/fleet.h"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "upstream/fleet/fleet_world.h"
#include "upstream/fleet/waiting_calls.h"
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

TEST_CASE("a call whose time is over as its server gets ready is not sent any more", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a", RunPolicy::lazy);
  spec.call_timeout = seconds(3);
  world.apply({spec});
  REQUIRE(world.call(0, 1).ok());
  world.sim.settle();
  world.sim.clock().advance_to(world.sim.clock().now() + seconds(3));
  world.make_ready(world.line());
  world.sim.settle();
  CHECK(world.state() == State::ready);
  CHECK(world.line().sent.empty());
  CHECK(world.sink.log == std::vector<std::string>{"1 MCPT_DEADLINE_EXCEEDED"});
}

TEST_CASE("a server that was stopped as idle starts when it may run for ever again", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.idle_timeout = minutes(1);
  world.apply({spec});
  world.make_ready(world.line());
  world.advance_until(State::stopping);
  world.crash(world.line());
  REQUIRE(world.state() == State::idle);
  spec.call_timeout = seconds(7);
  world.apply({spec});
  CHECK(world.state() == State::idle);
  spec.idle_timeout.reset();
  world.apply({spec});
  CHECK(world.state() == State::connecting);
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

TEST_CASE("what waits is limited in bytes, over all servers", "[fleet]") {
  World world;
  world.apply({spec_of("a"), spec_of("b")});
  const std::string large = '"' + std::string(WaitingBytes::kMax / 4, 'x') + '"';
  const auto call = [&](UpstreamId id, CallTag tag) {
    CallSpec spec;
    spec.method = "tools/call";
    spec.name = "echo";
    spec.arguments = large;
    spec.tag = tag;
    spec.sink = &world.sink;
    return world.fleet.call(id, spec);
  };
  std::vector<CallHandle> handles;
  for (CallTag tag = 1; tag <= 3; ++tag) {
    const auto accepted = call(0, tag);
    REQUIRE(accepted.ok());
    handles.push_back(*accepted);
  }
  const auto refused = call(1, 4);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::overloaded);
  CHECK(world.fleet.cancel(handles[1]));
  const auto accepted = call(1, 5);
  REQUIRE(accepted.ok());
  handles[1] = *accepted;
  for (const CallHandle& handle : handles) CHECK(world.fleet.cancel(handle));
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
