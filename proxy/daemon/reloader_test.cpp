// The reloader with the real intent and its real writer, on simulated files and time.
#include "proxy/daemon/reloader.h"

#include <catch2/catch.hpp>

#include "base/sim_directory_watcher.h"
#include "base/sim_file_system.h"
#include "base/sim_runtime.h"
#include "proxy/config/parser.h"
#include "storage/sim_store.h"

namespace proxy::daemon {
namespace {

using Log = std::vector<std::string>;

constexpr std::string_view kText = R"({"mcpServers":{"a":{"command":"x"}}})";
constexpr std::string_view kMore = R"({"mcpServers":{"a":{"command":"x"},"b":{"command":"y"}}})";
constexpr const char* kPath = "/c/f.json";

// A store that commits when it is told to.
struct SlowJournal final : config::IntentJournal {
  void begin(config::IntentEntry, Callback done) override { waiting.push_back(std::move(done)); }
  void finish(const config::IntentEntry&, std::uint64_t, Callback done) override {
    waiting.push_back(std::move(done));
  }
  void abandon(const config::IntentEntry&, Callback done) override {
    waiting.push_back(std::move(done));
  }
  void commit(const base::Result<void>& result) {
    for (const Callback& done : std::exchange(waiting, {})) done(result);
  }
  std::vector<Callback> waiting;
};

struct World final : events::Subscriber {
  World() {
    files.edit(kPath, kText);
    auto parsed = config::config_or_error(config::parse(kText));
    intent = std::make_unique<Intent>(
        files, writer, decisions, kPath,
        std::make_shared<const config::Config>(std::move(parsed).value()),
        config::content_hash(kText), [](config::Config&) {},
        [this](const auto&, const auto&) { ++applied; });
    reloader =
        std::make_unique<Reloader>(ReloaderParts{files, watcher, sim.runtime(), *intent, bus},
                                   kPath, [this] { ++checked_again; });
    subscription = bus.subscribe({}, std::nullopt, *this);
  }
  bool on_event(const std::shared_ptr<const events::Published>& event) override {
    const std::string& json = event->json();
    const std::size_t type = json.find("\"type\":\"") + 8;
    log.push_back(json.substr(type, json.find('"', type) - type));
    last = json;
    return true;
  }
  bool on_gap(const events::Gap&) override { return true; }

  void save(std::string_view text) {
    files.edit_by_rename(kPath, text);
    watcher.notify("/c", "f.json");
    sim.advance(base::Milliseconds(300));
  }

  base::SimRuntime sim;
  base::SimFileSystem files;
  base::SimDirectoryWatcher watcher;
  SlowJournal journal;
  config::IntentWriter writer{files, journal,
                              [this](auto work, auto then) {
                                sim.turn().defer([work, then] {
                                  work();
                                  then();
                                });
                              },
                              kPath, 0};
  storage::SimDisk disk;
  storage::SimStore store{sim.runtime(), disk};
  StoreJournal marks{store, sim.clock()};
  Decisions decisions{store, marks, sim.clock(), {}};
  events::EventBus bus{1, sim.clock(), sim.turn()};
  std::unique_ptr<Intent> intent;
  std::unique_ptr<Reloader> reloader;
  std::unique_ptr<events::EventBus::Subscription> subscription;
  Log log;
  std::string last;
  int applied = 0;
  int checked_again = 0;
};

TEST_CASE("what somebody saves takes effect, and an event says how much", "[reload]") {
  World world;
  world.save(kMore);
  CHECK(world.applied == 1);
  CHECK(world.intent->config()->servers.size() == 2);
  CHECK(world.log == Log{"config_reloaded"});
  CHECK(world.last.find(R"("servers_added":1)") != std::string::npos);
}

TEST_CASE("the same text, and other text of the same meaning, disturb nobody", "[reload]") {
  World world;
  world.save(kText);
  CHECK(world.log.empty());
  world.save("// mine\n" + std::string(kText));
  CHECK(world.applied == 0);
  CHECK(world.reloader->rejected().empty());
}

TEST_CASE("a bad file changes nothing, and is said once with its reason", "[reload]") {
  World world;
  world.save("{\"mcpServers\":{\"a\":{},\n\"b\":{}}}");
  CHECK(world.applied == 0);
  CHECK(world.intent->config()->servers.size() == 1);
  CHECK(world.log == Log{"config_rejected"});
  CHECK(world.last.find("line 1") != std::string::npos);
  CHECK(world.last.find(R"("errors":2)") != std::string::npos);
  CHECK(world.reloader->rejected().find("mcpServers.a") != std::string::npos);
  world.watcher.notify("/c", "f.json");
  world.sim.advance(base::Milliseconds(10'000));
  CHECK(world.log.size() == 1);
  world.reloader->reload();
  world.sim.settle();
  CHECK(world.log.size() == 2);
}

TEST_CASE("a file that is mended, or put back as it was, is no longer complained of", "[reload]") {
  World world;
  world.save("{");
  CHECK(!world.reloader->rejected().empty());
  world.save(kText);
  CHECK(world.reloader->rejected().empty());
  world.save("{");
  world.save(kMore);
  CHECK(world.reloader->rejected().empty());
  CHECK(world.intent->config()->servers.size() == 2);
}

TEST_CASE("a file that is gone leaves the configuration running", "[reload]") {
  World world;
  REQUIRE(world.files.remove(kPath).ok());
  world.watcher.notify("/c", "f.json");
  world.sim.advance(base::Milliseconds(300));
  CHECK(world.intent->config()->servers.size() == 1);
  CHECK(world.log == Log{"config_rejected"});
  world.save(kText);
  CHECK(world.reloader->rejected().empty());
}

TEST_CASE("our own writes never loop", "[reload]") {
  World world;
  bool answered = false;
  world.intent->change({config::SetServerMode{{"a"}, config::StartupMode::disabled}},
                       config::Actor::person,
                       [&](const base::Result<bool>& changed) { answered = changed.ok(); });
  for (int i = 0; i < 10; ++i) {
    world.sim.settle();
    world.watcher.notify("/c", "f.json");
    world.journal.commit(base::kDone);
  }
  world.sim.advance(base::Milliseconds(10'000));
  CHECK(answered);
  CHECK(world.applied == 1);
  CHECK(world.log.empty());
}

TEST_CASE("a write that the store refuses is never taken for somebody else's", "[reload]") {
  World world;
  bool failed = false;
  world.intent->change({config::SetServerMode{{"a"}, config::StartupMode::disabled}},
                       config::Actor::person,
                       [&](const base::Result<bool>& changed) { failed = !changed; });
  world.sim.settle();
  world.journal.commit(base::kDone);  // announced
  world.sim.settle();                 // the new text stands in the file
  world.watcher.notify("/c", "f.json");
  world.sim.advance(base::Milliseconds(1'000));
  CHECK(world.applied == 0);
  world.journal.commit(base::Error{base::ErrorCode::store_unavailable, "full", ""});
  world.sim.advance(base::Milliseconds(10'000));
  CHECK(failed);
  CHECK(world.applied == 0);
  CHECK(world.log.empty());
  CHECK(world.files.peek(kPath) == kText);
}

TEST_CASE("asked to reload, what the machine was missing is looked for again", "[reload]") {
  World world;
  world.reloader->reload();
  CHECK(world.checked_again == 1);
  CHECK(world.log.empty());
}

TEST_CASE("after stop() nothing is followed", "[reload]") {
  World world;
  world.reloader->stop();
  world.save(kMore);
  CHECK(world.applied == 0);
  CHECK(world.watcher.directories().empty());
}

}  // namespace
}  // namespace proxy::daemon
