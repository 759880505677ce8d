// A store on disk for the tests of this folder.
#pragma once
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "base/loop.h"
#include "storage/lmdb_store.h"

namespace storage::testing {

struct TempDir {
  std::string path = (std::filesystem::temp_directory_path() / "mcptrunk_store_XXXXXX").string();
  TempDir() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~TempDir() { std::filesystem::remove_all(path); }
};

inline StoreOptions small_options(const std::string& data_dir) {
  StoreOptions options;
  options.data_dir = data_dir;
  options.state_map_bytes = 256ULL * 1024 * 1024;
  options.bulk_map_bytes = 256ULL * 1024 * 1024;
  return options;
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Every file with its content; lock files hold no state.
inline std::map<std::string, std::string> fingerprint(const std::string& dir) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    const std::string path = entry.path().string();
    files[path] = path.ends_with("-lock") ? "" : bytes_of(path);
  }
  return files;
}

class TestStore {
 public:
  explicit TestStore(const std::string& data_dir) : TestStore(small_options(data_dir)) {}
  explicit TestStore(const StoreOptions& options) {
    auto opened = LmdbStore::open(loop_, options);
    if (!opened) FAIL(base::one_line(opened.error()));
    store_ = std::move(opened).value();
  }

  LmdbStore* operator->() { return store_.get(); }

  // Turns the loop until `done`; the deadline is far beyond any disk.
  void run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      loop_.run_once(std::chrono::milliseconds(10));
    }
  }

  base::Result<void> commit(Batch batch) {
    return wait([&](Store::Callback done) { store_->commit(std::move(batch), std::move(done)); });
  }
  base::Result<void> backup(const std::string& path) {
    return wait([&](Store::Callback done) { store_->backup(path, std::move(done)); });
  }

 private:
  base::Result<void> wait(const std::function<void(Store::Callback)>& start) {
    std::optional<base::Result<void>> answer;
    start([&](base::Result<void> result) { answer = std::move(result); });
    run_until([&] { return answer.has_value(); });
    return *answer;
  }

  base::Loop loop_{1};
  std::unique_ptr<LmdbStore> store_;
};

}  // namespace storage::testing
