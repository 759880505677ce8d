#include "proxy/daemon/first_look.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"

namespace proxy::daemon {
namespace {

struct World {
  explicit World(std::set<std::string> servers)
      : look(bus, std::move(servers),
             [this](std::size_t all, std::size_t answered) { told.emplace_back(all, answered); }) {}
  void move(const std::string& server, const std::string& to) {
    bus.publish(events::ServerStateChanged{server, {}, "connecting", to, ""});
    sim.settle();
  }
  base::SimRuntime sim;
  events::EventBus bus{1, sim.clock(), sim.turn()};
  std::vector<std::pair<std::size_t, std::size_t>> told;
  FirstLook look;
};

using Told = std::vector<std::pair<std::size_t, std::size_t>>;

TEST_CASE("the first look ends with the last server, answered or not", "[daemon]") {
  World world({"good", "lazy", "bad"});
  world.move("good", "queued");
  world.move("good", "connecting");
  world.move("good", "ready");
  world.move("lazy", "ready");
  world.move("lazy", "stopping");
  world.move("lazy", "idle");
  world.move("bad", "stopping");
  CHECK(world.told.empty());
  CHECK(world.bus.subscriber_count() == 1);
  world.move("bad", "backoff");
  CHECK(world.told == Told{{3, 2}});
  CHECK(world.bus.subscriber_count() == 0);
  world.move("bad", "ready");
  CHECK(world.told.size() == 1);
}

TEST_CASE("a server that is switched off before it was looked at is not waited for", "[daemon]") {
  World world({"a"});
  world.move("other", "ready");
  CHECK(world.told.empty());
  world.move("a", "disabled");
  CHECK(world.told == Told{{1, 0}});
}

TEST_CASE("where all is known nobody looks", "[daemon]") {
  const World world({});
  CHECK(world.look.servers() == 0);
  CHECK(world.bus.subscriber_count() == 0);
}

}  // namespace
}  // namespace proxy::daemon
