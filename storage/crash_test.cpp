#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <random>

#include "base/unique_fd.h"
#include "storage/test_records.h"
#include "storage/test_store.h"

namespace storage {
namespace {

using testing::TempDir;
using testing::TestStore;

constexpr int kServers = 8;

std::string server_name(int i) {
  return "server-" + std::to_string(i);
}

// One generation: every record carries the same number, so that a torn transaction would show.
Batch generation(std::uint64_t number) {
  Batch batch;
  for (int i = 0; i < kServers; ++i) {
    ServerRecord record = testing::server(server_name(i));
    record.config_hash = number;
    batch.put_server(record);
  }
  CatalogRecord catalog = testing::catalog("catalog", static_cast<std::uint32_t>(number % 40));
  catalog.generation = number;
  batch.put_catalog(catalog);
  return batch;
}

// Commits generation after generation and writes each acknowledged number to the pipe, until
// killed.
[[noreturn]] void commit_until_killed(const std::string& dir, std::uint64_t first, int pipe) {
  base::Loop loop(1);
  auto opened = LmdbStore::open(loop, testing::small_options(dir));
  if (!opened) ::_exit(1);
  LmdbStore& store = **opened;
  std::uint64_t next = first;
  int waiting = 0;
  while (true) {
    while (waiting < 4) {
      ++waiting;
      store.commit(generation(next), [&waiting, pipe, next](const base::Result<void>& result) {
        --waiting;
        if (!result || ::write(pipe, &next, sizeof next) != sizeof next) ::_exit(2);
      });
      ++next;
    }
    loop.run_once(std::chrono::milliseconds(1'000));
  }
}

struct Child {
  pid_t pid = 0;
  base::UniqueFd acknowledged;
};

Child start_child(const std::string& dir, std::uint64_t first) {
  int ends[2] = {-1, -1};
  REQUIRE(::pipe(ends) == 0);
  Child child;
  child.pid = ::fork();
  REQUIRE(child.pid >= 0);
  if (child.pid == 0) {
    ::close(ends[0]);
    commit_until_killed(dir, first, ends[1]);
  }
  ::close(ends[1]);
  child.acknowledged.reset(ends[0]);
  return child;
}

// Reads acknowledgements: `count` of them, kills, and reads what is left. Returns the last.
std::uint64_t kill_after(Child& child, int count, unsigned spin) {
  std::uint64_t last = 0;
  std::uint64_t number = 0;
  for (int i = 0; i < count; ++i) {
    REQUIRE(::read(child.acknowledged.get(), &number, sizeof number) == sizeof number);
    last = number;
  }
  std::atomic<unsigned> spun{0};
  while (++spun < spin) {
  }
  ::kill(child.pid, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child.pid, &status, 0) == child.pid);
  REQUIRE(WIFSIGNALED(status));
  while (::read(child.acknowledged.get(), &number, sizeof number) == sizeof number) last = number;
  return last;
}

TEST_CASE("after kill -9 at any moment every acknowledged commit is there, and each is whole",
          "[storage][lmdb][crash]") {
  const TempDir dir;
  std::mt19937 random(20'261'121);
  std::uint64_t next = 1;
  for (int round = 0; round < 25; ++round) {
    Child child = start_child(dir.path, next);
    const int count = 1 + static_cast<int>(random() % 6);
    const std::uint64_t acknowledged =
        kill_after(child, count, static_cast<unsigned>(random() % 400'000));

    TestStore store(dir.path);
    const auto loaded = store->load();
    REQUIRE(loaded.ok());
    REQUIRE(loaded->servers.size() == kServers);
    const std::uint64_t found = loaded->servers[0].config_hash;
    CHECK(found >= acknowledged);
    for (const ServerRecord& record : loaded->servers) CHECK(record.config_hash == found);
    REQUIRE(loaded->catalogs.size() == 1);
    CHECK(loaded->catalogs[0].generation == found);
    next = found + 1;
  }
}

}  // namespace
}  // namespace storage
