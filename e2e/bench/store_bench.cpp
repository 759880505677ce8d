// Prints what the store costs: opening and loading 159 servers with 2,000 tools, and commits,
// single and in groups. Usage: store_bench [DIR], by default a new directory under the system's
// temporary one.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.h"
#include "storage/lmdb_store.h"
#include "storage/record_codec.h"

namespace {

using Clock = std::chrono::steady_clock;
using storage::Batch;

constexpr int kServers = 159;
constexpr int kTools = 2'000;
constexpr std::size_t kDefinitionBytes = 1'200;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void print(const std::string& name, std::vector<double> times, const std::string& note = "") {
  std::sort(times.begin(), times.end());
  const std::size_t last = times.size() - 1;
  fmt::print("{:<46} {:>8.3f} ms p50 {:>8.3f} ms p99 {:>8.3f} ms worst {}\n", name, times[last / 2],
             times[last * 99 / 100], times[last], note);
}

std::string server_name(int i) {
  return fmt::format("server-{}", i);
}

storage::ServerRecord server_record(int i, std::uint64_t serial) {
  storage::ServerRecord record;
  record.name = server_name(i);
  record.config_hash = serial;
  record.known_good = true;
  record.last_failure = storage::ServerFailure{"exited",
                                               "MCPT_EXITED",
                                               1,
                                               "It exited with code 1.",
                                               "See the log.",
                                               std::vector<std::string>(20, std::string(80, 'e'))};
  return record;
}

storage::CatalogRecord catalog_record(int i) {
  storage::CatalogRecord record;
  record.server = server_name(i);
  record.generation = 1;
  const int tools = kTools / kServers + (i < kTools % kServers ? 1 : 0);
  std::string page = R"({"tools":[)";
  for (int tool = 0; tool < tools; ++tool) {
    page += fmt::format(R"({}{{"name":"tool_{}","description":"{}"}})", tool == 0 ? "" : ",", tool,
                        std::string(kDefinitionBytes, 'd'));
    record.tool_hashes.push_back({fmt::format("tool_{}", tool), {}});
  }
  record.tools = {{page + "]}"}, static_cast<std::uint32_t>(tools), false};
  return record;
}

std::unique_ptr<storage::LmdbStore> open_store(base::Loop& loop, const std::string& dir) {
  storage::StoreOptions options;
  options.data_dir = dir;
  auto store = storage::LmdbStore::open(loop, options);
  if (!store) {
    fmt::print(stderr, "{}\n", base::one_line(store.error()));
    std::exit(1);
  }
  return std::move(store).value();
}

// Submits `count` batches at once and waits for all answers.
double commit_group(base::Loop& loop, storage::Store& store, int count, std::uint64_t serial) {
  std::vector<Batch> batches(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    batches[static_cast<std::size_t>(i)].put_server(server_record(i % kServers, serial));
  }
  int left = count;
  const auto start = Clock::now();
  for (Batch& batch : batches) {
    store.commit(std::move(batch), [&left](const base::Result<void>& result) {
      if (!result) {
        fmt::print(stderr, "{}\n", base::one_line(result.error()));
        std::exit(1);
      }
      --left;
    });
  }
  while (left > 0) loop.run_once(std::chrono::milliseconds(1'000));
  return ms_since(start);
}

void bench_start(base::Loop& loop, const std::string& dir) {
  constexpr int kRounds = 50;
  std::vector<double> opens;
  std::vector<double> loads;
  std::vector<double> decodes;
  std::size_t catalog_bytes = 0;
  for (int round = 0; round < kRounds; ++round) {
    auto start = Clock::now();
    const auto store = open_store(loop, dir);
    opens.push_back(ms_since(start));
    start = Clock::now();
    const auto snapshot = store->load();
    loads.push_back(ms_since(start));
    if (!snapshot || snapshot->servers.size() != kServers ||
        snapshot->catalogs.size() != kServers) {
      fmt::print(stderr, "The store does not hold what was written.\n");
      std::exit(1);
    }
    std::vector<std::string> values;
    for (const auto& record : snapshot->servers) values.push_back(storage::encode(record));
    start = Clock::now();
    for (const std::string& value : values) {
      if (!storage::decode<storage::ServerRecord>(value)) std::exit(1);
    }
    decodes.push_back(ms_since(start));
    catalog_bytes = 0;
    for (const auto& catalog : snapshot->catalogs) catalog_bytes += catalog.tools.pages[0].size();
    store->shutdown();
  }
  print("open (lock, check of the file, map)", opens);
  print("load all: 159 servers, 159 catalogs", loads,
        fmt::format("({} tools, {} KiB)", kTools, catalog_bytes / 1024));
  print("of that, decoding 159 server records", decodes);
}

void bench_commits(base::Loop& loop, const std::string& dir) {
  const auto store = open_store(loop, dir);
  std::uint64_t serial = 0;
  for (const int group : {1, 5, 20, 50, 159}) {
    constexpr int kRounds = 200;
    std::vector<double> times;
    times.reserve(kRounds);
    for (int round = 0; round < kRounds; ++round) {
      times.push_back(commit_group(loop, *store, group, ++serial));
    }
    std::vector<double> sorted = times;
    std::sort(sorted.begin(), sorted.end());
    print(fmt::format("{} durable commits submitted at once", group), times,
          fmt::format("({:.3f} ms each)", sorted[sorted.size() / 2] / group));
  }
  constexpr int kCommits = 20'000;
  constexpr int kAtOnce = 1'000;
  const std::uint64_t before = store->stats().commits;
  const auto start = Clock::now();
  for (int done = 0; done < kCommits; done += kAtOnce)
    commit_group(loop, *store, kAtOnce, ++serial);
  const double ms = ms_since(start);
  fmt::print("{:<46} {:>8.0f} commits/s in {} transactions\n", "throughput, 1,000 waiting",
             kCommits / ms * 1'000, store->stats().commits - before);
  store->shutdown();
}

}  // namespace

int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape): ends the run, and says why
  std::string dir = argc > 1 ? argv[1] : "";
  if (dir.empty()) {
    dir = (std::filesystem::temp_directory_path() / "mcptrunk_bench_XXXXXX").string();
    if (::mkdtemp(dir.data()) == nullptr) return 1;
  }
  {
    base::Loop loop(1);
    {
      const auto store = open_store(loop, dir);
      Batch batch;
      for (int i = 0; i < kServers; ++i) {
        batch.put_server(server_record(i, 0));
        batch.put_catalog(catalog_record(i));
      }
      store->commit(std::move(batch), [](const base::Result<void>&) {});
      store->shutdown();
    }
    bench_start(loop, dir);
    bench_commits(loop, dir);
  }
  if (argc <= 1) std::filesystem::remove_all(dir);
  return 0;
}
