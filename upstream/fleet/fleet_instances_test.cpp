// Instances of a server for single clients.
#include <catch2/catch.hpp>

#include "upstream/fleet/fleet_world.h"
#include "upstream/fleet/instances.h"
#include "upstream/lifecycle/auto_disable.h"

namespace upstream {
namespace {

using namespace fleet_test;

UpstreamSpec apart(std::string name = "a", RunPolicy policy = RunPolicy::active) {
  UpstreamSpec spec = spec_of(std::move(name), policy);
  spec.own_instances = true;
  return spec;
}

// A world with that server, ready.
struct ApartWorld : World {
  explicit ApartWorld(const UpstreamSpec& spec = apart()) {
    apply({spec});
    make_ready(line(0));
    told = observer.history.size();
  }
  // Has the client make a call; its instance is started if it has none, and gets ready. The number
  // of its connection.
  std::size_t called(CallerKey caller, CallTag tag) {
    const std::size_t before = factory.lines.size();
    REQUIRE(call(0, tag, caller).ok());
    sim.settle();
    if (factory.lines.size() > before) {
      connections[caller] = before;
      make_ready(line());
    }
    return connections.at(caller);
  }
  // The same, and the call is answered.
  std::size_t served(CallerKey caller, CallTag tag) {
    const std::size_t connection = called(caller, tag);
    answer(line(connection), "{}");
    sim.settle();
    return connection;
  }
  std::uint32_t instances() { return fleet.view(0)->instances; }
  // Nothing of the server itself was told since it was ready.
  bool quiet() const { return observer.history.size() == told && observer.listings == 1; }

  std::size_t told = 0;
  std::map<CallerKey, std::size_t> connections;  // by client, of its instance
};

TEST_CASE("each client has a process of its own, and the server stays one", "[instances]") {
  ApartWorld world;
  CHECK(world.served(11, 1) == 1);
  CHECK(world.served(12, 2) == 2);
  REQUIRE(world.call(0, 3, 11).ok());
  World::answer(world.line(1), R"({"of":11})");
  world.sim.settle();
  CHECK(world.sink.log == std::vector<std::string>{"1 {}", "2 {}", R"(3 {"of":11})"});
  CHECK(world.instances() == 2);
  CHECK(world.fleet.view(0)->counters.calls == 3);
  CHECK(world.fleet.view(0)->counters.starts == 3);
  CHECK(world.quiet());
}

TEST_CASE("who cannot be told from others uses the shared one", "[instances]") {
  ApartWorld world;
  REQUIRE(world.call(0, 1, kNobody).ok());
  REQUIRE(world.call(0, 2, kOurselves).ok());
  CHECK(world.factory.starts.size() == 1);
  World::answer(world.line(0), "{}");
  World::answer(world.line(0), "{}");
}

TEST_CASE("a server that is launched and then dialled is there once, for all", "[instances]") {
  UpstreamSpec spec = apart();
  HttpLaunch launch;
  launch.url = "http://h/mcp";
  launch.command = StdioLaunch{"run", {}, {}, ""};
  spec.launch = launch;
  ApartWorld world(spec);
  REQUIRE(world.call(0, 1, 11).ok());
  CHECK(world.factory.starts.size() == 1);
  World::answer(world.line(0), "{}");
}

TEST_CASE("a server that is known to ask has instances from then on, and asks the right client",
          "[instances]") {
  ApartWorld world(spec_of("a"));
  REQUIRE(world.call(0, 1, 11).ok());
  REQUIRE(world.call(0, 2, 12).ok());
  world.line(0).deliver(kQuestion);
  CHECK(world.observer.asked.empty());
  World::answer(world.line(0), "{}");
  World::answer(world.line(0), "{}");
  const std::size_t of_11 = world.called(11, 3);
  const std::size_t of_12 = world.called(12, 4);
  CHECK(of_11 != of_12);
  world.line(of_12).deliver(kQuestion);
  world.line(of_11).deliver(kQuestion);
  CHECK(world.observer.asked_whom == std::vector<CallerKey>{12, 11});
  World::answer(world.line(of_11), "{}");
  world.sim.advance(minutes(5));
  world.line(of_11).deliver(kQuestion);  // however late
  CHECK(world.observer.asked_whom.back() == 11);
  world.line(of_11).sent.clear();
  CHECK(world.fleet.answer(world.observer.asked.back(), false, "{}"));
  CHECK(world.line(of_11).take_sent() == R"({"jsonrpc":"2.0","id":7,"result":{}})");
}

TEST_CASE("an instance may ask what its client can be asked, and says whose news it has",
          "[instances]") {
  ApartWorld world;
  world.observer.abilities.roots = true;
  REQUIRE(world.call(0, 1, 11).ok());
  world.sim.settle();
  CHECK(world.line(1).sent[0].find(R"("capabilities":{"roots":{}})") != std::string::npos);
  world.make_ready(world.line(1));
  world.line(1).deliver(R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})");
  CHECK(world.observer.asked_whom == std::vector<CallerKey>{11});
  world.line(1).deliver(R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})");
  CHECK(world.observer.notifications == std::vector<std::string>{"11 notifications/message"});
}

TEST_CASE("one client more than there may be instances gets the one unused for longest, anew",
          "[instances]") {
  ApartWorld world;
  for (CallerKey caller = 11; caller < 11 + kInstancesMax; ++caller) {
    CHECK(world.served(caller, caller) == caller - 10);
    world.sim.advance(seconds(1));
  }
  world.served(11, 20);
  REQUIRE(world.call(0, 21, 15).ok());
  world.sim.settle();
  CHECK(world.factory.starts.size() == 5);
  CHECK(world.line(2).closed);  // of client 12
  world.crash(world.line(2));
  REQUIRE(world.factory.starts.size() == 6);  // not before the other had ended
  world.make_ready(world.line(5));
  World::answer(world.line(5), R"({"of":15})");
  world.sim.settle();
  CHECK(world.sink.log.back() == R"(21 {"of":15})");
  CHECK(world.instances() == kInstancesMax);
  CHECK(world.quiet());
}

TEST_CASE("while all are in calls one client more waits, but not for ever", "[instances]") {
  ApartWorld world;
  for (CallerKey caller = 11; caller < 11 + kInstancesMax; ++caller) world.called(caller, caller);
  REQUIRE(world.call(0, 21, 15).ok());
  world.sim.settle();
  CHECK(world.fleet.view(0)->calls_waiting == 1);
  SECTION("until one is free") {
    World::answer(world.line(3), "{}");
    world.sim.settle();
    CHECK(world.line(3).closed);
    world.crash(world.line(3));
    world.make_ready(world.line(5));
    World::answer(world.line(5), "{}");
    world.sim.settle();
    CHECK(world.sink.log.back() == "21 {}");
  }
  SECTION("until one that is free again was cancelled") {
    const auto handle = world.call(0, 22, 14);
    World::answer(world.line(4), "{}");
    REQUIRE(handle.ok());
    CHECK(world.fleet.cancel(*handle));
    world.sim.settle();
    CHECK(world.line(4).closed);
  }
  SECTION("to its end") {
    world.sim.advance(seconds(26));
    CHECK(world.sink.log == std::vector<std::string>{"21 MCPT_OVERLOADED"});
  }
  SECTION("or is cancelled") {
    const auto handle = world.call(0, 22, 15);
    REQUIRE(handle.ok());
    CHECK(world.fleet.cancel(*handle));
    CHECK(world.fleet.view(0)->calls_waiting == 1);
  }
}

TEST_CASE("the end of a client ends its instance, and makes room", "[instances]") {
  ApartWorld world;
  for (CallerKey caller = 11; caller < 11 + kInstancesMax; ++caller) world.served(caller, caller);
  world.fleet.end_caller(12);
  world.fleet.end_caller(99);
  CHECK(world.line(2).closed);
  world.crash(world.line(2));
  CHECK(world.instances() == kInstancesMax - 1);
  CHECK(world.served(15, 20) == 5);
  CHECK_FALSE(world.line(1).closed);
}

TEST_CASE("an instance that nobody uses stops, and is started again when its client calls",
          "[instances]") {
  ApartWorld world;
  world.served(11, 1);
  world.sim.advance(Instances::kIdleMax - seconds(1));
  CHECK_FALSE(world.line(1).closed);
  world.sim.advance(seconds(2));
  REQUIRE(world.line(1).closed);
  world.crash(world.line(1));
  CHECK(world.instances() == 0);
  CHECK(world.served(11, 2) == 2);
}

TEST_CASE("an instance that fails fails its calls, and nothing of the server", "[instances]") {
  ApartWorld world;
  SECTION("at its start") {
    REQUIRE(world.call(0, 1, 11).ok());
    world.sim.settle();
    world.crash(world.line(1));
    CHECK(world.sink.log == std::vector<std::string>{"1 MCPT_EXITED"});
  }
  SECTION("in a call") {
    world.crash(world.line(world.called(11, 1)));
    CHECK(world.sink.log == std::vector<std::string>{"1 MCPT_CONNECTION_LOST"});
  }
  CHECK(world.state() == State::ready);
  CHECK(world.fleet.view(0)->memory->consecutive_failures == 0);
  CHECK(world.quiet());
  world.sim.advance(minutes(5));
  const std::size_t starts = world.factory.starts.size();
  CHECK(world.served(11, 2) == starts);
}

TEST_CASE("instances stop with their server, whatever stops it", "[instances]") {
  ApartWorld world;
  world.served(11, 1);
  SECTION("disabled") {
    UpstreamSpec spec = apart();
    spec.policy = RunPolicy::disabled;
    world.apply({spec});
    CHECK(world.call(0, 2, 11).error().code == base::ErrorCode::server_disabled);
  }
  SECTION("removed") {
    world.apply({});
    world.crash(world.line(0));
    world.crash(world.line(1));
    CHECK(world.line(0).destroyed);
    CHECK(world.line(1).destroyed);
    return;
  }
  SECTION("restarted") {
    REQUIRE(world.fleet.restart(0).ok());
    world.sim.settle();
  }
  SECTION("no longer apart") {
    world.apply({spec_of("a")});
  }
  SECTION("another command") {
    UpstreamSpec spec = apart();
    spec.launch = StdioLaunch{"run-another", {}, {}, ""};
    world.apply({spec});
  }
  CHECK(world.line(1).closed);
  world.crash(world.line(1));
  CHECK(world.instances() == 0);
}

TEST_CASE("an instance that waits for a slot is there when it gets it, whoever has left meanwhile",
          "[instances]") {
  World world({.slots = 1});
  world.apply({apart("a", RunPolicy::lazy), spec_of("b")});
  REQUIRE(world.factory.starts.size() == 1);
  const auto first = world.call(0, 1, 11);
  const auto second = world.call(0, 2, 12);
  world.sim.settle();
  REQUIRE(world.factory.starts.size() == 1);
  CHECK(world.fleet.cancel(*first));
  CHECK(world.fleet.cancel(*second));
  world.fleet.end_caller(11);
  world.apply({apart("a", RunPolicy::lazy)});  // the slot is free
  REQUIRE(world.factory.starts.size() == 2);
  CHECK_FALSE(world.line(1).destroyed);
  CHECK(world.fleet.connecting() == 1);
  world.make_ready(world.line(1));
  CHECK(world.fleet.connecting() == 0);
}

TEST_CASE("the instances of a server that is given up end with it", "[instances]") {
  UpstreamSpec spec = apart();
  spec.auto_disable_threshold = 1;
  ApartWorld world(spec);
  const std::size_t own = world.served(11, 1);
  world.crash(world.line(0));
  const base::TimePoint end = world.sim.clock().now() + 2 * kFailingMin;
  for (std::size_t failed = own + 1; world.sim.clock().now() < end;
       world.sim.advance(milliseconds(100))) {
    for (; failed < world.factory.lines.size(); ++failed) world.crash(world.line(failed));
  }
  REQUIRE(world.observer.commits.size() == 1);
  CHECK_FALSE(world.line(own).closed);
  world.observer.commits[0](base::kDone);
  world.sim.settle();
  CHECK(world.state() == State::auto_disabled);
  CHECK(world.line(own).closed);
}

TEST_CASE("who waits for an instance of a server that is removed is told, and nothing starts",
          "[instances]") {
  ApartWorld world;
  for (CallerKey caller = 11; caller < 11 + kInstancesMax; ++caller) world.called(caller, caller);
  REQUIRE(world.call(0, 21, 15).ok());
  world.apply({});
  CHECK(world.sink.log == std::vector<std::string>{"21 MCPT_SERVER_DISABLED"});
  for (std::size_t i = 0; i <= kInstancesMax; ++i) world.crash(world.line(i));
  CHECK(world.factory.starts.size() == 1 + kInstancesMax);
  CHECK(world.line(0).destroyed);
}

TEST_CASE("shutdown ends instances too, and who waits for one", "[instances]") {
  ApartWorld world;
  for (CallerKey caller = 11; caller < 11 + kInstancesMax; ++caller) world.called(caller, caller);
  REQUIRE(world.call(0, 21, 15).ok());
  bool done = false;
  world.fleet.shutdown(seconds(8), [&done] { done = true; });
  world.sim.settle();
  CHECK(world.sink.log == std::vector<std::string>{"21 MCPT_SERVER_DISABLED"});
  CHECK_FALSE(done);
  for (std::size_t i = 0; i < 4; ++i) world.crash(world.line(i));
  CHECK_FALSE(done);
  SECTION("politely") {
    world.crash(world.line(4));
  }
  SECTION("at the deadline") {
    world.sim.advance(seconds(9));
    CHECK(world.line(4).destroyed);
  }
  CHECK(done);
}

}  // namespace
}  // namespace upstream
