#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/loop_directory_watcher.h"
#include "base/sim_directory_watcher.h"

namespace base {
namespace {

struct TempDir {
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "watch-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~TempDir() { std::filesystem::remove_all(path); }
  std::string path;
};

TEST_CASE("the machine tells of files that are written, renamed and removed", "[base]") {
  TempDir dir;
  Loop loop{1};
  LoopDirectoryWatcher watcher(loop);
  std::set<std::string> told;
  auto watch = watcher.watch(dir.path, [&](std::string_view name) { told.emplace(name); });
  REQUIRE(watch);
  const auto until = [&](const std::string& name) {
    for (int i = 0; i < 500 && !told.contains(name); ++i) loop.run_once(Milliseconds(20));
    return told.contains(name);
  };
  std::ofstream(dir.path + "/a") << "x";
  CHECK(until("a"));
  std::filesystem::rename(dir.path + "/a", dir.path + "/b");
  CHECK(until("b"));
  told.clear();
  std::filesystem::remove(dir.path + "/b");
  CHECK(until("b"));
  std::move(watch).value().reset();
  told.clear();
  std::ofstream(dir.path + "/c") << "x";
  loop.run_once(Milliseconds(20));
  CHECK(told.empty());
}

TEST_CASE("a watch may end itself inside its callback", "[base]") {
  TempDir dir;
  Loop loop{1};
  LoopDirectoryWatcher watcher(loop);
  std::unique_ptr<DirectoryWatch> watch;
  int told = 0;
  watch = std::move(watcher.watch(dir.path, [&](std::string_view) {
            ++told;
            watch.reset();
          })).value();
  std::ofstream(dir.path + "/a") << "x";
  for (int i = 0; i < 500 && told == 0; ++i) loop.run_once(Milliseconds(20));
  loop.run_once(Milliseconds(1));
  CHECK(told == 1);
}

TEST_CASE("what does not exist cannot be watched", "[base]") {
  Loop loop{1};
  LoopDirectoryWatcher watcher(loop);
  const auto watch = watcher.watch("/no/such/directory", [](std::string_view) {});
  REQUIRE(!watch);
  CHECK(watch.error().code == ErrorCode::not_found);
}

TEST_CASE("the simulated one tells those who watch, and only them", "[base][sim]") {
  SimDirectoryWatcher watcher;
  std::string told;
  auto watch = watcher.watch("/a", [&](std::string_view name) { told += name; });
  watcher.notify("/a", "x");
  watcher.notify("/b", "y");
  CHECK(told == "x");
  CHECK(watcher.directories() == std::vector<std::string>{"/a"});
  std::move(watch).value().reset();
  watcher.notify("/a", "z");
  CHECK(told == "x");
}

}  // namespace
}  // namespace base
