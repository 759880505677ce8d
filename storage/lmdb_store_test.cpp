#include "storage/lmdb_store.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "storage/test_records.h"
#include "storage/test_store.h"

namespace storage {
namespace {

using testing::TempDir;
using testing::TestStore;

Batch put(const std::string& name) {
  Batch batch;
  batch.put_server(testing::server(name));
  return batch;
}

TEST_CASE("what was committed is there after a restart", "[storage][lmdb]") {
  const TempDir dir;
  Batch batch;
  batch.put_meta({7, false});
  batch.put_server(testing::server("srv"));
  batch.put_catalog(testing::catalog("srv", 50));
  batch.put_approval(testing::approval("srv", "tool"));
  batch.put_group(testing::group("group"));
  batch.put_journal(testing::journal(3));
  {
    TestStore store(dir.path);
    CHECK(store->load()->servers.empty());
    CHECK(store.commit(batch).ok());
  }
  TestStore store(dir.path);
  const auto loaded = store->load();
  REQUIRE(loaded.ok());
  CHECK(loaded->meta == MetaRecord{7, false});
  REQUIRE(loaded->servers.size() == 1);
  CHECK(loaded->servers[0] == testing::server("srv"));
  REQUIRE(loaded->catalogs.size() == 1);
  CHECK(loaded->catalogs[0] == testing::catalog("srv", 50));
  REQUIRE(loaded->approvals.size() == 1);
  CHECK(loaded->approvals[0] == testing::approval("srv", "tool"));
  REQUIRE(loaded->groups.size() == 1);
  CHECK(loaded->groups[0] == testing::group("group"));
  REQUIRE(loaded->open_journal.size() == 1);
  CHECK(loaded->open_journal[0] == testing::journal(3));
  CHECK(loaded->last_revision == 3);
}

TEST_CASE("the files are private", "[storage][lmdb]") {
  const TempDir dir;
  const std::string data_dir = dir.path + "/made/for/it";
  TestStore store(data_dir);
  for (const auto& entry : std::filesystem::directory_iterator(data_dir)) {
    struct stat status {};
    REQUIRE(::stat(entry.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0077) == 0);
  }
  struct stat status {};
  REQUIRE(::stat(data_dir.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("a second store on the same directory is refused and changes nothing",
          "[storage][lmdb]") {
  const TempDir dir;
  TestStore store(dir.path);
  REQUIRE(store.commit(put("srv")).ok());
  const auto before = testing::fingerprint(dir.path);
  base::Loop loop(1);
  const auto second = LmdbStore::open(loop, testing::small_options(dir.path));
  REQUIRE(!second.ok());
  CHECK(second.error().code == base::ErrorCode::store_in_use);
  CHECK(second.error().message.find("process " + std::to_string(::getpid())) != std::string::npos);
  CHECK(testing::fingerprint(dir.path) == before);
  REQUIRE(store.commit(put("other")).ok());
}

TEST_CASE("all batches that wait share a transaction, and are answered in order",
          "[storage][lmdb]") {
  const TempDir dir;
  TestStore store(dir.path);
  std::vector<int> answers;
  for (int i = 0; i < 500; ++i) {
    store->commit(put("srv" + std::to_string(i)), [&answers, i](const base::Result<void>& result) {
      if (result) answers.push_back(i);
    });
  }
  CHECK(answers.empty());
  store.run_until([&] { return answers.size() == 500; });
  CHECK(std::ranges::is_sorted(answers));
  CHECK(store->stats().commits == 1);
  CHECK(store->stats().batches == 500);
  CHECK(store->load()->servers.size() == 500);
}

TEST_CASE("observations are saved by themselves and at shutdown", "[storage][lmdb]") {
  const TempDir dir;
  {
    TestStore store(dir.path);
    store->write_behind(put("a"));
    store.run_until([&] { return store->stats().commits == 1; });
    CHECK(store->load()->servers.size() == 1);
    store->write_behind(put("b"));
    bool answered = false;
    store->commit(put("c"), [&](const base::Result<void>& result) { answered = result.ok(); });
    store->write_behind(put("d"));
    store->shutdown();
    CHECK(answered);
  }
  TestStore store(dir.path);
  CHECK(store->load()->servers.size() == 4);
}

TEST_CASE("a batch over a quota is refused alone", "[storage][lmdb]") {
  const TempDir dir;
  StoreOptions options = testing::small_options(dir.path);
  options.quotas[static_cast<std::size_t>(Table::catalogs)] = 256 * 1024;
  TestStore store(options);
  Batch large;
  large.put_server(testing::server("large"));
  large.put_catalog(testing::catalog("large", 400));
  Batch fitting;
  fitting.put_catalog(testing::catalog("fits", 200));

  std::vector<std::string> answers;
  const auto note = [&](std::string_view name) {
    return [&answers, name](const base::Result<void>& result) {
      answers.push_back(std::string(name) + (result ? " ok" : ""));
      if (!result) CHECK(result.error().code == base::ErrorCode::quota_exceeded);
    };
  };
  store->commit(put("before"), note("before"));
  store->commit(large, note("large"));
  store->commit(fitting, note("fits"));
  store->commit(fitting, note("again"));  // replaces itself: no growth
  store.run_until([&] { return answers.size() == 4; });
  CHECK(answers == std::vector<std::string>{"before ok", "large", "fits ok", "again ok"});
  const auto loaded = store->load();
  REQUIRE(loaded->servers.size() == 1);
  CHECK(loaded->servers[0].name == "before");
  CHECK(loaded->catalogs.size() == 1);
}

TEST_CASE("a record without a name is refused alone", "[storage][lmdb]") {
  const TempDir dir;
  TestStore store(dir.path);
  const auto result = store.commit(put(""));
  REQUIRE(!result.ok());
  CHECK(result.error().code == base::ErrorCode::invalid_argument);
  CHECK(store.commit(put("srv")).ok());
}

TEST_CASE("a full map fails the transaction as a whole, and the next one works again",
          "[storage][lmdb]") {
  const TempDir dir;
  StoreOptions options = testing::small_options(dir.path);
  options.state_map_bytes = 1024 * 1024;
  TestStore store(options);
  std::vector<bool> health;
  store->on_health([&](bool working, const base::Error&) { health.push_back(working); });
  Batch large = put("x");
  large.put_catalog(testing::catalog("large", 3'000));
  const auto failed = store.commit(large);
  REQUIRE(!failed.ok());
  CHECK(failed.error().code == base::ErrorCode::store_unavailable);
  CHECK(!failed.error().remedy.empty());
  CHECK(store->load()->servers.empty());
  CHECK(store.commit(put("small")).ok());
  CHECK(store->load()->servers.size() == 1);
  CHECK(health == std::vector<bool>{false, true});
}

TEST_CASE("a newer schema is refused and the files stay as they are", "[storage][lmdb]") {
  const TempDir dir;
  { TestStore store(dir.path); }
  {
    auto env = LmdbEnv::open({dir.path + "/state.mdb", 64 << 20, LmdbEnv::Sync::full});
    REQUIRE(env.ok());
    const std::array tables{Table::meta};
    REQUIRE((*env)->open_tables(tables).ok());
    auto txn = Transaction::write(**env);
    REQUIRE(txn.ok());
    REQUIRE(txn->put(Table::meta, kSchemaKey, "\x02").ok());
    REQUIRE(txn->commit().ok());
  }
  const auto before = testing::fingerprint(dir.path);
  base::Loop loop(1);
  const auto refused = LmdbStore::open(loop, testing::small_options(dir.path));
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == base::ErrorCode::store_too_new);
  CHECK(testing::fingerprint(dir.path) == before);
}

TEST_CASE("a backup is a store of its own, and never replaces a file", "[storage][lmdb]") {
  const TempDir dir;
  const TempDir other;
  {
    TestStore store(dir.path);
    store->write_behind(put("observed"));
    REQUIRE(store.commit(put("srv")).ok());
    CHECK(store.backup(other.path + "/state.mdb").ok());
    const auto again = store.backup(other.path + "/state.mdb");
    REQUIRE(!again.ok());
    CHECK(again.error().code == base::ErrorCode::already_exists);
    CHECK(store.backup("/nowhere/at/all").error().code == base::ErrorCode::not_found);
    REQUIRE(store.commit(put("later")).ok());
  }
  TestStore copy(other.path);
  CHECK(copy->load()->servers.size() == 2);
}

TEST_CASE("results and activity survive, expire, and give way when the table is full",
          "[storage][lmdb]") {
  const TempDir dir;
  StoreOptions options = testing::small_options(dir.path);
  options.quotas[static_cast<std::size_t>(Table::results)] = 512 * 1024;
  options.quotas[static_cast<std::size_t>(Table::activity)] = 128 * 1024;
  const base::WallTime now = base::SystemClock().wall_now();
  const std::int64_t now_ms = now.time_since_epoch().count();
  {
    TestStore store(options);
    store->put_result(testing::result("gone", now_ms - 1, 10'000));
    store->put_result(testing::result("kept", now_ms + 3'600'000, 10'000));
    store->append_activity(testing::activity("first", true));
    store->shutdown();
  }
  {
    TestStore store(options);
    CHECK(!*store->result("gone", now));
    CHECK((*store->result("kept", now))->content.size() == 10'000);
    for (int i = 0; i < 100; ++i) {
      store->put_result(testing::result("r" + std::to_string(i), now_ms + 1'000'000 + i, 10'000));
    }
    for (int i = 0; i < 500; ++i) store->append_activity(testing::activity("later", true));
    store->shutdown();
  }
  {
    // The quota is looked at per job: the next job makes room for itself.
    TestStore store(options);
    store->put_result(testing::result("last", now_ms + 9'000'000, 10'000));
    for (int i = 0; i < 1'000; ++i) store->append_activity(testing::activity("newest", true));
    store->shutdown();
  }
  TestStore store(options);
  CHECK((*store->result("last", now))->content.size() == 10'000);
  const auto records = store->activity({.limit = 1'000, .server = ""});
  REQUIRE(records.ok());
  REQUIRE(!records->empty());
  CHECK(store->stats().bulk_bytes > 0);
}

TEST_CASE("a smaller address space gets a smaller map", "[storage][lmdb]") {
  const TempDir dir;
  auto env = LmdbEnv::open({dir.path + "/x.mdb", std::uint64_t{1} << 50, LmdbEnv::Sync::full});
  REQUIRE(env.ok());
  MDB_envinfo info{};
  mdb_env_info((*env)->get(), &info);
  CHECK(info.me_mapsize < (std::uint64_t{1} << 50));
}

}  // namespace
}  // namespace storage
