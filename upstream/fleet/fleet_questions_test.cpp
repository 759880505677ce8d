// What upstreams ask, and whom.
#include <catch2/catch.hpp>

#include "upstream/fleet/fleet_world.h"

namespace upstream {
namespace {

using namespace fleet_test;

TEST_CASE("requests of an upstream reach the observer and their answers the same connection",
          "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.make_ready(world.line());
  world.line().deliver(R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})");
  REQUIRE(world.observer.asked.size() == 1);
  CHECK(world.fleet.answer(world.observer.asked[0], false, "{}"));
  CHECK(world.line().take_sent() == R"({"jsonrpc":"2.0","id":7,"result":{}})");
  ServerRequestRef stale = world.observer.asked[0];
  ++stale.session;
  CHECK_FALSE(world.fleet.answer(stale, false, "{}"));
}

TEST_CASE("a question in the calls of one client goes to that client", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.make_ready(world.line());
  REQUIRE(world.call(0, 1, 11).ok());
  REQUIRE(world.call(0, 2, 11).ok());
  world.line().deliver(kQuestion);
  CHECK(world.observer.asked_whom == std::vector<CallerKey>{11});
  CHECK_FALSE(world.fleet.view(0)->memory->asks_client);
}

TEST_CASE("a question that may be a stranger's is refused, and the server is known to ask",
          "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.make_ready(world.line());
  REQUIRE(world.call(0, 1, 11).ok());
  REQUIRE(world.call(0, 2, 12).ok());
  world.line().sent.clear();
  world.line().deliver(kQuestion);
  CHECK(world.observer.asked.empty());
  CHECK(world.line().take_sent().find(R"("id":7,"error":{"code":-32603,)") != std::string::npos);
  world.sim.settle();
  CHECK(world.observer.memories[0].asks_client);
}

TEST_CASE("that a server asks is forgotten with its configuration", "[fleet]") {
  World world;
  UpstreamSpec spec = spec_of("a");
  spec.memory.asks_client = true;
  world.apply({spec});
  CHECK(world.fleet.view(0)->memory->asks_client);
  spec.launch = StdioLaunch{"run-another", {}, {}, ""};
  world.apply({spec});
  CHECK_FALSE(world.fleet.view(0)->memory->asks_client);
}

TEST_CASE("a question is over when the server takes it back, or is gone", "[fleet]") {
  World world;
  world.apply({spec_of("a")});
  world.make_ready(world.line());
  REQUIRE(world.call(0, 1, 11).ok());
  world.line().deliver(kQuestion);
  world.line().deliver(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
  CHECK(world.observer.over == std::vector<std::string>{"1 7"});
  world.crash(world.line());
  CHECK(world.observer.over == std::vector<std::string>{"1 7", "1 "});
}

}  // namespace
}  // namespace upstream
