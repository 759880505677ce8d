#include "proxy/daemon/live_catalog.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"
#include "proxy/catalog/list_pages.h"
#include "storage/sim_store.h"

namespace proxy::daemon {
namespace {

using catalog::ListKind;
using upstream::ListedPages;
using upstream::Listing;
using upstream::State;

// Who was told of what: "resources of 0".
struct RecordedAudience final : downstream::ListAudience {
  void list_changed(ListKind kind, upstream::UpstreamId id) override {
    told.push_back(fmt::format("{} of {}", protocol::list_member(kind), id));
  }
  void surface_changed(const downstream::Surface&) override {}
  void surface_removed(const downstream::Surface&) override {}
  std::vector<std::string> take() { return std::exchange(told, {}); }
  std::vector<std::string> told;
};

struct World {
  World() {
    config::ServerConfig made;
    made.name = "s";
    config.servers.push_back(std::move(made));
  }
  ~World() { store.shutdown(); }

  void take(Listing listing) {
    listing.server.capabilities = R"({"prompts":{}})";
    live.take(0, config, config.servers[0], std::move(listing));
    sim.advance(std::chrono::seconds(1));
  }
  storage::CatalogRecord stored() {
    const auto snapshot = store.load();
    REQUIRE(snapshot.ok());
    REQUIRE(snapshot->catalogs.size() == 1);
    return snapshot->catalogs[0];
  }
  // How many of each kind are in the catalog: tools, prompts, resources, templates.
  std::vector<std::size_t> counts() const {
    std::vector<std::size_t> counts;
    for (const ListKind kind : catalog::kAllKinds) {
      const auto* server = catalog.server(0);
      counts.push_back(server == nullptr ? 0 : server->count(kind));
    }
    return counts;
  }

  base::SimRuntime sim;
  storage::SimDisk disk;
  storage::SimStore store{sim.runtime(), disk};
  config::Config config;
  catalog::Catalog catalog;
  search::ToolIndex index;
  events::EventBus bus{1, sim.clock(), sim.turn()};
  RecordedAudience audience;
  activity::ToolUses uses{sim.runtime(), index, store};
  LiveCatalog live{{sim.clock(), catalog, index, store, bus, audience, uses}};
};

ListedPages page(std::string text, std::uint32_t items) {
  return {{std::move(text)}, items, false};
}

Listing whole_listing() {
  Listing listing;
  listing.lists = {page(R"({"tools":[{"name":"t"}]})", 1), page(R"({"prompts":[{"name":"p"}]})", 1),
                   page(R"({"resources":[{"uri":"memo://a","name":"a"}]})", 1),
                   page(R"({"resourceTemplates":[{"uriTemplate":"memo://{x}","name":"m"}]})", 1)};
  return listing;
}

events::CatalogChanged last_change(const World& world) {
  const auto kept = world.bus.kept_after(world.bus.before_oldest());
  REQUIRE(!kept.empty());
  return std::get<events::CatalogChanged>(kept.back()->event());
}

TEST_CASE("a listing goes through store, tables, event and audience, all four kinds of it",
          "[daemon]") {
  World world;
  world.take(whole_listing());
  CHECK(world.counts() == std::vector<std::size_t>{1, 1, 1, 1});
  CHECK(world.audience.take() == std::vector<std::string>{"tools of 0", "prompts of 0",
                                                          "resources of 0",
                                                          "resourceTemplates of 0"});
  CHECK(last_change(world).added == 4);
  const storage::CatalogRecord record = world.stored();
  CHECK(record.tools.pages == std::vector<std::string>{R"({"tools":[{"name":"t"}]})"});
  CHECK(record.prompts.pages.size() == 1);
  CHECK(record.resources.items == 1);
  CHECK(record.templates.pages.size() == 1);
}

TEST_CASE("a list read again replaces its own kind alone", "[daemon]") {
  World world;
  world.take(whole_listing());
  world.audience.take();
  Listing changed;
  changed.lists[2] = page(R"({"resources":[{"uri":"memo://b","name":"b"}]})", 1);
  world.take(std::move(changed));
  CHECK(world.counts() == std::vector<std::size_t>{1, 1, 1, 1});
  CHECK(world.catalog.server(0)->find_resource("memo://b") != nullptr);
  CHECK(world.catalog.server(0)->find_resource("memo://a") == nullptr);
  CHECK(world.audience.take() == std::vector<std::string>{"resources of 0"});
  const auto change = last_change(world);
  CHECK(change.added == 1);
  CHECK(change.removed == 1);
  // The store has the whole of it, what was not read again included.
  CHECK(world.stored().tools.pages.size() == 1);
  CHECK(world.stored().prompts.pages.size() == 1);
  CHECK(world.stored().generation == 2);
}

TEST_CASE("what a server no longer lists disappears, the last tool too", "[daemon]") {
  World world;
  world.take(whole_listing());
  world.audience.take();
  Listing none;
  for (auto& list : none.lists) list.emplace();
  world.take(std::move(none));
  CHECK(world.counts() == std::vector<std::size_t>{0, 0, 0, 0});
  CHECK(world.audience.take().size() == 4);
  CHECK(last_change(world).removed == 4);
  CHECK(world.stored().tools.pages.empty());
}

TEST_CASE("the same lists once more change nothing for anybody", "[daemon]") {
  World world;
  world.take(whole_listing());
  world.audience.take();
  const auto last = world.bus.last_id();
  world.take(whole_listing());
  CHECK(world.audience.take().empty());
  CHECK(world.bus.last_id() == last);
}

TEST_CASE("after a restart everything is there before the server runs", "[daemon]") {
  World first;
  first.take(whole_listing());
  World second;
  second.live.restore(0, second.config, second.config.servers[0], first.stored());
  CHECK(second.counts() == std::vector<std::size_t>{1, 1, 1, 1});
  CHECK(second.catalog.server(0)->abilities().prompts);
  CHECK(second.audience.take().empty());
  // And it is complete when only a part is read again.
  Listing changed;
  changed.lists[1] = page(R"({"prompts":[]})", 0);
  second.take(std::move(changed));
  CHECK(second.counts() == std::vector<std::size_t>{1, 0, 1, 1});
  CHECK(second.stored().resources.pages.size() == 1);
}

TEST_CASE("a server that is held shows nothing, and tells only who saw something", "[daemon]") {
  World world;
  Listing listing = whole_listing();
  listing.lists[3].reset();
  world.take(std::move(listing));
  world.audience.take();
  const catalog::View all;
  catalog::ListPages pages(world.catalog, all);
  world.live.set_state(0, "s", State::disabled);
  CHECK(pages.first(ListKind::prompts) == R"({"prompts":[]})");
  CHECK(world.audience.take() ==
        std::vector<std::string>{"tools of 0", "prompts of 0", "resources of 0"});
  world.take(whole_listing());
  CHECK(world.audience.take().empty());
  world.live.set_state(0, "s", State::idle);
  CHECK(world.audience.take().size() == 4);
  world.live.forget(0, "s");
  CHECK(world.audience.take().size() == 4);
  CHECK(world.catalog.server(0) == nullptr);
}

}  // namespace
}  // namespace proxy::daemon
