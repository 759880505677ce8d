#include "proxy/downstream/surfaces.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"
#include "proxy/downstream/quiet_fleet.h"

namespace proxy::downstream {
namespace {

using protocol::ListKind;
using upstream::RunPolicy;

std::shared_ptr<config::Config> config_of(
    const std::vector<std::pair<std::string, std::vector<std::string>>>& servers) {
  auto config = std::make_shared<config::Config>();
  for (const auto& [name, groups] : servers) {
    config::ServerConfig server;
    server.name = name;
    server.groups = groups;
    config->servers.push_back(std::move(server));
    for (const std::string& group : groups) {
      if (config->find_group(group) != nullptr) continue;
      config::GroupConfig made;
      made.name = group;
      config->groups.push_back(std::move(made));
    }
  }
  return config;
}

struct World {
  base::SimRuntime sim;
  catalog::Catalog catalog;
  QuietFleet upstreams{sim.runtime()};
  Surfaces surfaces{catalog, upstreams.fleet};

  World() {
    upstreams.apply({{"alpha", RunPolicy::lazy},
                     {"beta two", RunPolicy::lazy},
                     {"gone", RunPolicy::disabled},
                     {"suspect", RunPolicy::quarantined}});
    surfaces.set_config(config_of({{"alpha", {"db"}}, {"beta two", {"web"}}, {"gone", {"db"}}}));
  }
  ~World() {
    upstreams.fleet.shutdown(std::chrono::seconds(1), [] {});
    sim.advance(std::chrono::seconds(5));
  }
  std::shared_ptr<Surface> at(std::string_view path) {
    auto found = surfaces.find(*surface_path(path));
    REQUIRE(found.ok());
    return *found;
  }
  base::Error error_at(std::string_view path) { return surfaces.find(*surface_path(path)).error(); }
};

TEST_CASE("a server's surface holds that server, by its own names", "[downstream]") {
  World world;
  const auto surface = world.at("/mcp/servers/beta%20two");
  CHECK(surface->name == "beta two");
  CHECK(surface->view.naming == catalog::Naming::own);
  CHECK(surface->lists(ListKind::tools, 1));
  CHECK(!surface->lists(ListKind::tools, 0));
  CHECK(surface == world.at("/mcp/servers/beta%20two"));
  CHECK(world.surfaces.implementation_of(*surface).name == "beta two");
}

TEST_CASE("an unknown name is answered with the nearest, a broken one with how to write it",
          "[downstream]") {
  World world;
  const base::Error server = world.error_at("/mcp/servers/alpa");
  CHECK(server.code == base::ErrorCode::not_found);
  CHECK(server.message.find("alpha") != std::string::npos);
  CHECK(world.error_at("/mcp/groups/bd").message.find("group bd") != std::string::npos);
  CHECK(world.error_at("/mcp/servers/%zz").code == base::ErrorCode::invalid_argument);
  CHECK(world.error_at("/mcp/servers/alpha%00").code == base::ErrorCode::invalid_argument);
}

TEST_CASE("every surface has a key of its own, the same after a restart", "[downstream]") {
  World world;
  World restarted;
  std::set<SurfaceKey> keys;
  for (const char* path : {"/mcp", "/mcp/call", "/mcp/all", "/mcp/servers/alpha",
                           "/mcp/servers/beta%20two", "/mcp/groups/db", "/mcp/groups/web"}) {
    const SurfaceKey key = world.at(path)->key;
    CHECK(keys.insert(key).second);
    CHECK(restarted.at(path)->key == key);
  }
}

TEST_CASE("a group's surface follows its members, and says so", "[downstream]") {
  World world;
  const auto db = world.at("/mcp/groups/db");
  const auto web = world.at("/mcp/groups/web");
  CHECK(db->lists(ListKind::tools, 0));
  CHECK(!db->lists(ListKind::tools, 1));
  const std::uint64_t before = world.catalog.epoch(ListKind::tools);
  const auto changes = world.surfaces.set_config(
      config_of({{"alpha", {"db"}}, {"beta two", {"web", "db"}}, {"gone", {"db"}}}));
  REQUIRE(changes.changed.size() == 1);
  CHECK(changes.changed[0] == db);
  CHECK(changes.removed.empty());
  CHECK(db->lists(ListKind::tools, 1));
  CHECK(world.catalog.epoch(ListKind::tools) > before);
}

TEST_CASE("the surface of a group or server that is removed is gone", "[downstream]") {
  World world;
  const auto web = world.at("/mcp/groups/web");
  const auto alpha = world.at("/mcp/servers/alpha");
  world.upstreams.apply({{"beta two", RunPolicy::lazy}});
  const auto changes = world.surfaces.set_config(config_of({{"beta two", {"db"}}}));
  CHECK(changes.removed.size() == 2);
  CHECK(world.error_at("/mcp/groups/web").code == base::ErrorCode::not_found);
  CHECK(world.error_at("/mcp/servers/alpha").code == base::ErrorCode::not_found);
}

TEST_CASE("a server that may not run says why on its own surface", "[downstream]") {
  World world;
  CHECK(!world.surfaces.refusal(*world.at("/mcp/servers/alpha")));
  CHECK(world.surfaces.refusal(*world.at("/mcp/servers/gone"))->code ==
        base::ErrorCode::server_disabled);
  CHECK(world.surfaces.refusal(*world.at("/mcp/servers/suspect"))->code ==
        base::ErrorCode::server_quarantined);
  CHECK(!world.surfaces.refusal(*world.at("/mcp/groups/db")));
}

TEST_CASE("routing_mode decides what /mcp shows, and a change is told", "[downstream]") {
  World world;
  const auto mcp = world.at("/mcp");
  CHECK(mcp->tools == ToolAccess::meta);
  CHECK(!mcp->lists(ListKind::tools, 0));
  auto config = config_of({{"alpha", {}}});
  config->routing_mode = config::RoutingMode::direct;
  const auto changes = world.surfaces.set_config(config);
  CHECK(changes.changed == std::vector{mcp});
  CHECK(mcp->tools == ToolAccess::direct);
  CHECK(mcp->lists(ListKind::tools, 0));
}

}  // namespace
}  // namespace proxy::downstream
