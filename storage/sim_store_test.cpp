#include "storage/sim_store.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"
#include "storage/test_records.h"

namespace storage {
namespace {

using namespace std::chrono_literals;

struct World {
  base::SimRuntime sim;
  SimDisk disk;
  std::unique_ptr<SimStore> store = std::make_unique<SimStore>(sim.runtime(), disk);
  std::vector<std::string> answers;

  Store::Callback note(std::string name) {
    return [this, name = std::move(name)](base::Result<void> result) {
      answers.push_back(name +
                        (result ? " ok" : " " + std::string(to_string(result.error().code))));
    };
  }
  void restart() {
    store.reset();
    store = std::make_unique<SimStore>(sim.runtime(), disk);
  }
  std::vector<std::string> servers() {
    std::vector<std::string> names;
    const Snapshot snapshot = *store->load();
    for (const ServerRecord& record : snapshot.servers) names.push_back(record.name);
    return names;
  }
};

using Names = std::vector<std::string>;

Batch put(const std::string& name) {
  Batch batch;
  batch.put_server(testing::server(name));
  return batch;
}

TEST_CASE("commits that wait together are one transaction, answered in order", "[storage][sim]") {
  World world;
  world.store->set_commit_time(50ms);
  world.store->commit(put("a"), world.note("a"));
  world.sim.advance(1ms);
  for (const char* name : {"b", "c", "d"}) world.store->commit(put(name), world.note(name));
  CHECK(world.answers.empty());
  CHECK(world.store->stats().pending == 4);
  world.sim.advance(49ms);
  CHECK(world.answers == Names{"a ok"});
  world.sim.advance(50ms);
  CHECK(world.answers == Names{"a ok", "b ok", "c ok", "d ok"});
  CHECK(world.store->transactions() == 2);
  CHECK(world.store->stats().batches == 4);
}

TEST_CASE("no callback runs inside the call that caused it", "[storage][sim]") {
  World world;
  world.store->commit(put("a"), world.note("a"));
  CHECK(world.answers.empty());
  world.sim.settle();
  CHECK(world.answers == Names{"a ok"});
}

TEST_CASE("an observation goes with the next commit, before it", "[storage][sim]") {
  World world;
  ServerRecord record = testing::server("a");
  record.tool_count = 1;
  Batch observed;
  observed.put_server(record);
  world.store->write_behind(observed);
  world.sim.advance(10ms);
  CHECK(world.store->transactions() == 0);
  record.tool_count = 2;
  Batch commanded;
  commanded.put_server(record);
  world.store->commit(commanded, world.note("a"));
  world.sim.settle();
  CHECK(world.store->transactions() == 1);
  world.sim.advance(1s);
  CHECK(world.store->load()->servers[0].tool_count == 2);
  CHECK(world.store->transactions() == 1);

  world.store->write_behind(put("b"));
  world.sim.advance(99ms);
  CHECK(world.servers() == Names{"a"});
  world.sim.advance(1ms);
  CHECK(world.servers() == Names{"a", "b"});
}

TEST_CASE("a failed transaction applies nothing, says so once, and the next one tries again",
          "[storage][sim]") {
  World world;
  world.store->on_health([&](bool working, const base::Error& reason) {
    world.answers.push_back(working ? "works" : "fails: " + std::string(to_string(reason.code)));
  });
  world.store->fail_commits(2);
  for (const char* name : {"a", "b", "c", "d"}) {
    world.store->commit(put(name), world.note(name));
    world.sim.settle();
  }
  CHECK(world.answers == Names{"fails: MCPT_STORE_UNAVAILABLE", "a MCPT_STORE_UNAVAILABLE",
                               "b MCPT_STORE_UNAVAILABLE", "works", "c ok", "d ok"});
  CHECK(world.servers() == Names{"c", "d"});
  CHECK(world.store->stats().commits_failed == 2);
}

TEST_CASE("a power cut loses what was not answered, and nothing that was", "[storage][sim]") {
  World world;
  world.store->set_commit_time(50ms);
  world.store->commit(put("a"), world.note("a"));
  world.sim.advance(60ms);
  world.store->commit(put("b"), world.note("b"));
  world.store->write_behind(put("c"));
  world.sim.advance(49ms);
  world.store->cut_power();
  CHECK(!world.store->load().ok());
  world.store->commit(put("d"), world.note("d"));
  world.sim.advance(1s);
  CHECK(world.answers == Names{"a ok"});
  world.restart();
  CHECK(world.servers() == Names{"a"});
}

TEST_CASE("a power cut may come after the write and before the answer", "[storage][sim]") {
  World world;
  world.store->after_commit([&] { world.store->cut_power(); });
  world.store->commit(put("a"), world.note("a"));
  world.sim.advance(1s);
  CHECK(world.answers.empty());
  world.restart();
  CHECK(world.servers() == Names{"a"});
}

TEST_CASE("too many waiting commits are refused without being written", "[storage][sim]") {
  World world;
  world.store->set_commit_time(1s);
  for (std::size_t i = 0; i <= Store::kPendingMax; ++i) {
    world.store->commit(put("a"), i < Store::kPendingMax ? world.note("a") : world.note("last"));
  }
  world.sim.settle();
  CHECK(world.answers == Names{"last MCPT_OVERLOADED"});
}

TEST_CASE("a slow disk collects observations into one job, not many", "[storage][sim]") {
  World world;
  world.store->set_commit_time(1s);
  for (int i = 0; i < 90; ++i) {
    world.store->write_behind(put("a"));
    world.sim.advance(100ms);
  }
  CHECK(world.store->transactions() <= 9);
}

TEST_CASE("results are readable at once, by key, until they expire", "[storage][sim]") {
  World world;
  const std::int64_t now_ms = world.sim.clock().wall_now().time_since_epoch().count();
  const auto now = [&] { return world.sim.clock().wall_now(); };
  world.store->put_result(testing::result("k1", now_ms + 5'000, 10));
  CHECK((*world.store->result("k1", now()))->content == "rrrrrrrrrr");
  CHECK(!*world.store->result("k2", now()));
  CHECK(!*world.store->result("", now()));
  world.sim.advance(2s);
  world.restart();
  CHECK((*world.store->result("k1", now()))->owner == "owner");
  world.sim.advance(3s);
  CHECK(!*world.store->result("k1", now()));
}

TEST_CASE("activity is read newest first, by page, server and outcome", "[storage][sim]") {
  World world;
  for (int i = 0; i < 6; ++i) {
    world.store->append_activity(testing::activity(i % 2 == 0 ? "even" : "odd", i < 4));
  }
  world.sim.advance(2s);
  world.restart();
  world.store->append_activity(testing::activity("late", true));
  world.sim.advance(2s);

  const auto sequences = [&](const ActivityQuery& query) {
    std::vector<std::uint64_t> found;
    const auto records = world.store->activity(query);
    for (const ActivityRecord& record : *records) {
      found.push_back(record.sequence);
    }
    return found;
  };
  using Sequences = std::vector<std::uint64_t>;
  CHECK(sequences({}) == Sequences{7, 6, 5, 4, 3, 2, 1});
  CHECK(sequences({.limit = 2, .server = ""}) == Sequences{7, 6});
  CHECK(sequences({.before_sequence = 6, .limit = 2, .server = ""}) == Sequences{5, 4});
  CHECK(sequences({.server = "odd"}) == Sequences{6, 4, 2});
  CHECK(sequences({.server = "", .failures_only = true}) == Sequences{6, 5});
}

TEST_CASE("the journal keeps one done revision and shows the open one", "[storage][sim]") {
  World world;
  Batch first;
  first.put_journal(testing::journal(1));
  world.store->commit(first, world.note("open"));
  world.sim.settle();
  Snapshot snapshot = *world.store->load();
  REQUIRE(snapshot.open_journal.size() == 1);
  CHECK(snapshot.open_journal[0] == testing::journal(1));
  CHECK(snapshot.last_revision == 1);

  Batch second;
  second.finish_journal(testing::journal(1));
  second.put_journal(testing::journal(2));
  second.finish_journal(testing::journal(2));
  world.store->commit(second, world.note("done"));
  world.sim.settle();
  snapshot = *world.store->load();
  CHECK(snapshot.open_journal.empty());
  CHECK(snapshot.last_revision == 2);
  CHECK(world.disk.tables[static_cast<std::size_t>(Table::journal)].size() == 1);
}

TEST_CASE("erasing a server takes its catalog and approvals, nobody else's", "[storage][sim]") {
  World world;
  Batch batch;
  for (const char* name : {"srv", "srv2"}) {
    batch.put_server(testing::server(name));
    batch.put_catalog(testing::catalog(name, 1));
    batch.put_approval(testing::approval(name, "tool"));
  }
  batch.erase_server("srv");
  world.store->commit(batch, world.note("x"));
  world.sim.settle();
  const Snapshot snapshot = *world.store->load();
  REQUIRE(snapshot.servers.size() == 1);
  CHECK(snapshot.servers[0] == testing::server("srv2"));
  REQUIRE(snapshot.catalogs.size() == 1);
  CHECK(snapshot.catalogs[0] == testing::catalog("srv2", 1));
  REQUIRE(snapshot.approvals.size() == 1);
  CHECK(snapshot.approvals[0].server == "srv2");
}

TEST_CASE("shutdown saves what waits and answers", "[storage][sim]") {
  World world;
  world.store->set_commit_time(1h);
  world.store->commit(put("a"), world.note("a"));
  world.sim.settle();
  world.store->write_behind(put("b"));
  world.store->commit(put("c"), world.note("c"));
  world.store->write_behind(put("d"));
  world.store->shutdown();
  CHECK(world.answers == Names{"a ok", "c ok"});
  CHECK(world.servers() == Names{"a", "b", "c", "d"});
}

}  // namespace
}  // namespace storage
