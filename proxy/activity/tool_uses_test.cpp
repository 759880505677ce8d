#include "proxy/activity/tool_uses.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"
#include "storage/sim_store.h"

namespace proxy::activity {
namespace {

constexpr upstream::UpstreamId kServer = 3;

struct World {
  World() { index_tools(); }
  // Two tools that only use tells apart.
  void index_tools() {
    search::ToolDocument left, right;
    left.name = "send_left";
    right.name = "send_right";
    left.description = right.description = "Sends a message.";
    REQUIRE(index.replace({"mail", "", {}}, std::vector{left, right}));
  }
  std::string first() const {
    search::Query query;
    query.text = "send message";
    return index.find(query).hits.front().tool;
  }
  void save() {
    sim.advance(ToolUses::kFlushDelay + storage::Store::kWriteBehind);
    sim.settle();
  }

  base::SimRuntime sim;
  storage::SimDisk disk;
  storage::SimStore store{sim.runtime(), disk};
  search::ToolIndex index;
  ToolUses uses{sim.runtime(), index, store};
};

TEST_CASE("a tool that is used with success ranks above its equal, one that fails does not",
          "[activity]") {
  World world;
  REQUIRE(world.first() == "send_left");
  world.uses.note(kServer, "mail", "send_left", false);
  for (int i = 0; i < 3; ++i) world.uses.note(kServer, "mail", "send_right", true);
  CHECK(world.first() == "send_left");  // not before the flush
  world.save();
  CHECK(world.first() == "send_right");
}

TEST_CASE("use survives a restart and a new generation of the tools", "[activity]") {
  World world;
  for (int i = 0; i < 3; ++i) world.uses.note(kServer, "mail", "send_right", true);
  world.save();
  const auto stored = world.store.load();
  REQUIRE(stored);
  REQUIRE(stored->uses.size() == 1);

  World next;
  next.uses.restore(kServer, stored->uses.front());
  CHECK(next.first() == "send_right");
  next.index_tools();
  CHECK(next.first() == "send_left");
  next.uses.apply(kServer);
  CHECK(next.first() == "send_right");
}

TEST_CASE("use can be left out of the search, and is remembered all the same", "[activity]") {
  World world;
  world.uses.set_in_search(false);
  for (int i = 0; i < 3; ++i) world.uses.note(kServer, "mail", "send_right", true);
  world.save();
  CHECK(world.first() == "send_left");
  world.uses.set_in_search(true);
  CHECK(world.first() == "send_right");
}

TEST_CASE("a server that is gone leaves no use behind", "[activity]") {
  World world;
  world.uses.note(kServer, "mail", "send_right", true);
  world.uses.forget(kServer);
  world.save();
  CHECK(world.store.load()->uses.empty());
}

}  // namespace
}  // namespace proxy::activity
