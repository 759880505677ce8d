#include "storage/lmdb_check.h"

#include <catch2/catch.hpp>
#include <random>

#include "storage/test_records.h"
#include "storage/test_store.h"

namespace storage {
namespace {

using testing::TempDir;
using testing::TestStore;

// A store with trees of several levels, large values and a free list.
void fill(const std::string& dir) {
  TestStore store(dir);
  for (int round = 0; round < 3; ++round) {
    Batch batch;
    for (int i = 0; i < 300; ++i) {
      const std::string name = "server-" + std::to_string(i);
      batch.put_server(testing::server(name));
      batch.put_approval(testing::approval(name, "tool"));
      if (i % 10 == 0) batch.put_catalog(testing::catalog(name, 20));
      if (round == 1 && i % 7 == 0) batch.erase_server(name);
    }
    REQUIRE(store.commit(std::move(batch)).ok());
  }
}

TEST_CASE("a sound file passes, and so do a missing and an empty one", "[storage][lmdb]") {
  const TempDir dir;
  fill(dir.path);
  const auto checked = check_lmdb_file(dir.path + "/state.mdb");
  INFO((checked ? "" : checked.error().message));
  CHECK(checked.ok());
  CHECK(check_lmdb_file(dir.path + "/bulk.mdb").ok());
  CHECK(check_lmdb_file(dir.path + "/none.mdb").ok());
  testing::write_bytes(dir.path + "/empty.mdb", "");
  CHECK(check_lmdb_file(dir.path + "/empty.mdb").ok());
}

// Growing, shrinking and vanishing values, several times in one transaction, with and without a
// reader that keeps old pages alive: the check must never call a file damaged that LMDB wrote.
TEST_CASE("whatever was written in whatever order, the file passes", "[storage][lmdb][random]") {
  const TempDir dir;
  const std::string path = dir.path + "/x.mdb";
  auto env = LmdbEnv::open({path, 256 << 20, LmdbEnv::Sync::content});
  REQUIRE(env.ok());
  REQUIRE(mdb_env_set_flags((*env)->get(), MDB_NOSYNC, 1) == 0);
  const std::array tables{Table::servers, Table::catalogs};
  REQUIRE((*env)->open_tables(tables).ok());
  std::mt19937 random(20'261'121);
  std::optional<Transaction> reader;
  for (int round = 0; round < 400; ++round) {
    if (round % 50 == 10) reader.emplace(Transaction::read(**env).value());
    if (round % 50 == 40) reader.reset();
    auto txn = Transaction::write(**env);
    REQUIRE(txn.ok());
    for (unsigned edit = 0; edit < random() % 60; ++edit) {
      const Table table = tables[random() % 2];
      const std::string key = "key-" + std::to_string(random() % (round < 200 ? 40 : 400));
      const std::size_t large = random() % 4 == 0 ? 40'000 : 900;
      const auto done = random() % 3 == 0
                            ? txn->erase(table, key)
                            : txn->put(table, key, std::string(random() % large, 'v'));
      REQUIRE(done.ok());
    }
    if (round % 60 == 59) REQUIRE(txn->erase_prefix(Table::servers, "key-1").ok());
    if (round % 100 == 99) REQUIRE(txn->erase_before(Table::catalogs, "z").ok());
    REQUIRE(txn->commit().ok());
    const auto checked = check_lmdb_file(path);
    INFO(round << (checked ? "" : checked.error().message));
    REQUIRE(checked.ok());
  }
}

TEST_CASE("a store that is not one, or cut, is refused with what to do and stays as it is",
          "[storage][lmdb]") {
  const TempDir dir;
  fill(dir.path);
  const std::string path = dir.path + "/state.mdb";
  const std::string sound = testing::bytes_of(path);
  base::Loop loop(1);
  for (const std::string& bytes :
       {std::string(100'000, 'x'), std::string("short"), std::string(8192, '\0'),
        sound.substr(0, 8192), sound.substr(0, 5000), sound.substr(0, sound.size() / 2)}) {
    testing::write_bytes(path, bytes);
    const auto refused = LmdbStore::open(loop, testing::small_options(dir.path));
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == base::ErrorCode::store_damaged);
    CHECK(refused.error().message.find(path) != std::string::npos);
    CHECK(refused.error().remedy.find("mv '" + path + "'") != std::string::npos);
    CHECK(testing::bytes_of(path) == bytes);
  }
}

// Whatever the bytes: an error, or a store that can be read and written; never a signal.
TEST_CASE("no damage of the file crashes the program", "[storage][lmdb][random]") {
  const TempDir dir;
  fill(dir.path);
  const std::string path = dir.path + "/state.mdb";
  const std::string sound = testing::bytes_of(path);
  base::Loop loop(1);
  std::mt19937 random(20'261'121);
  int refused = 0;
  constexpr int kRounds = 120;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = sound;
    for (int i = 0; i < 1 + round % 40; ++i) {
      // Half of the damage goes where the structure is: the first bytes of pages.
      std::size_t at = random() % bytes.size();
      if (i % 2 == 0) at = at / 4096 * 4096 + at % 64;
      bytes[at] = static_cast<char>(random());
    }
    if (round % 5 == 4) bytes.resize(random() % bytes.size());
    testing::write_bytes(path, bytes);
    auto store = LmdbStore::open(loop, testing::small_options(dir.path));
    if (!store) {
      ++refused;
      continue;
    }
    const auto loaded = (*store)->load();
    if (!loaded) ++refused;
    Batch batch;
    batch.put_server(testing::server("new"));
    batch.erase_server("server-1");
    (*store)->commit(batch, [](const base::Result<void>&) {});
    (*store)->shutdown();
  }
  CHECK(refused > kRounds / 2);
  CHECK(refused < kRounds);
}

}  // namespace
}  // namespace storage
