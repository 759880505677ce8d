// Marks with the real intent, writer, journal and a store in memory, through two lives.
#include "proxy/daemon/decisions.h"

#include <catch2/catch.hpp>

#include "base/sim_file_system.h"
#include "base/sim_runtime.h"
#include "proxy/config/parser.h"
#include "proxy/daemon/intent.h"
#include "storage/sim_store.h"

namespace proxy::daemon {
namespace {

using config::Actor;
using config::StartupMode;

constexpr const char* kPath = "/c/f.json";
constexpr std::string_view kText = R"({"mcpServers":{"a":{"command":"x"},"b":{"command":"x"}},
  "groups":[{"name":"g"}]})";

struct Files {
  Files() { files.edit(kPath, std::string(kText)); }
  base::SimRuntime sim;
  base::SimFileSystem files;
  storage::SimDisk disk;
};

// One life of the daemon.
struct Life {
  explicit Life(Files& the_world)
      : world(the_world),
        store(world.sim.runtime(), world.disk),
        journal(store, world.sim.clock()) {
    auto snapshot = store.load();
    REQUIRE(snapshot.ok());
    decisions.emplace(store, journal, world.sim.clock(), snapshot->agent_marks);
    writer.emplace(
        world.files, journal,
        [this](auto work, auto then) {
          world.sim.turn().defer([work, then] {
            work();
            then();
          });
        },
        kPath, snapshot->last_revision);
    const auto text = world.files.read_file(kPath, 1 << 20);
    auto parsed = config::config_or_error(config::parse(*text));
    REQUIRE(parsed.ok());
    intent.emplace(
        world.files, *writer, *decisions, kPath,
        std::make_shared<const config::Config>(*std::move(parsed)), config::content_hash(*text),
        [](config::Config&) {}, [](const auto&, const auto&) {});
    world.sim.advance(base::Milliseconds(100));
  }

  bool change(config::Edit edit, Actor actor) {
    std::optional<bool> ok;
    intent->change({std::move(edit)}, actor,
                   [&](const base::Result<bool>& done) { ok = done.ok(); });
    world.sim.advance(base::Milliseconds(100));
    REQUIRE(ok.has_value());
    return *ok;
  }
  bool set(Actor actor, StartupMode mode) {
    return change(config::SetServerMode{{"a"}, mode}, actor);
  }
  Actor stopped_by() const { return decisions->held_by(tools::Marked::server, "a"); }

  Files& world;
  storage::SimStore store;
  StoreJournal journal;
  std::optional<Decisions> decisions;
  std::optional<config::IntentWriter> writer;
  std::optional<Intent> intent;
};

TEST_CASE("what an agent disabled it may enable, also in the daemon's next life", "[decisions]") {
  Files world;
  {
    Life life(world);
    CHECK(life.set(Actor::agent, StartupMode::disabled));
    CHECK(life.stopped_by() == Actor::agent);
  }
  Life life(world);
  CHECK(life.stopped_by() == Actor::agent);
  CHECK(life.set(Actor::agent, StartupMode::active));
}

TEST_CASE("what a person disabled no agent enables, in this life or the next", "[decisions]") {
  Files world;
  {
    Life life(world);
    CHECK(life.set(Actor::person, StartupMode::disabled));
    CHECK_FALSE(life.set(Actor::agent, StartupMode::active));
  }
  Life life(world);
  CHECK_FALSE(life.set(Actor::agent, StartupMode::active));
  CHECK(life.set(Actor::person, StartupMode::active));
}

TEST_CASE("a person's word counts though the file says so already, and is kept", "[decisions]") {
  Files world;
  {
    Life life(world);
    CHECK(life.set(Actor::agent, StartupMode::disabled));
    CHECK(life.set(Actor::person, StartupMode::disabled));
    CHECK(life.stopped_by() == Actor::person);
    CHECK_FALSE(life.set(Actor::agent, StartupMode::active));
  }
  Life life(world);
  CHECK(life.stopped_by() == Actor::person);
  CHECK_FALSE(life.set(Actor::agent, StartupMode::active));
}

TEST_CASE("who speaks last decides, though both wait for the writer", "[decisions]") {
  Files world;
  Life life(world);
  int done = 0;
  const auto count = [&](const base::Result<bool>& result) { done += result.ok() ? 1 : 0; };
  const config::Edit off = config::SetServerMode{{"a"}, StartupMode::disabled};
  life.intent->change({off}, Actor::agent, count);
  life.intent->change({off}, Actor::person, count);
  world.sim.advance(base::Milliseconds(100));
  CHECK(done == 2);
  CHECK_FALSE(life.set(Actor::agent, StartupMode::active));
  Life next(world);
  CHECK(next.stopped_by() == Actor::person);
}

TEST_CASE("an edit of the file makes it the person's who saved it", "[decisions]") {
  const std::string on = R"({"mcpServers":{"a":{"command":"x"},"b":{"command":"x"}}})";
  Files world;
  std::string as_the_agent_left_it;
  {
    Life life(world);
    CHECK(life.set(Actor::agent, StartupMode::disabled));
    as_the_agent_left_it = *world.files.read_file(kPath, 1 << 20);
    world.files.edit(kPath, on);
    life.intent->reload();
    world.files.edit(kPath, as_the_agent_left_it);
    life.intent->reload();
    world.sim.advance(base::Milliseconds(100));
    CHECK(life.stopped_by() == Actor::person);
  }
  {
    Life life(world);
    CHECK(life.stopped_by() == Actor::person);
    CHECK(life.set(Actor::person, StartupMode::active));
    CHECK(life.set(Actor::agent, StartupMode::disabled));
  }
  world.files.edit(kPath, on);  // while no daemon runs
  { Life life(world); }
  world.files.edit(kPath, as_the_agent_left_it);
  Life life(world);
  CHECK(life.stopped_by() == Actor::person);
}

TEST_CASE("a group that an agent disabled is the agent's", "[decisions]") {
  Files world;
  Life life(world);
  CHECK(life.change(config::SetGroupEnabled{"g", false}, Actor::agent));
  CHECK(life.decisions->held_by(tools::Marked::group, "g") == Actor::agent);
  CHECK(life.change(config::SetGroupEnabled{"g", true}, Actor::agent));
  CHECK(life.change(config::SetGroupEnabled{"g", false}, Actor::person));
  CHECK_FALSE(life.change(config::SetGroupEnabled{"g", true}, Actor::agent));
}

}  // namespace
}  // namespace proxy::daemon
