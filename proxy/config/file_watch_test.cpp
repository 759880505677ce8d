#include "proxy/config/file_watch.h"

#include <catch2/catch.hpp>

#include "base/sim_directory_watcher.h"
#include "base/sim_file_system.h"
#include "base/sim_runtime.h"

namespace proxy::config {
namespace {

using base::Milliseconds;
using Names = std::vector<std::string>;

struct World {
  base::SimFileSystem files;
  base::SimDirectoryWatcher watcher;
  base::SimRuntime runtime;
  int changes = 0;
  std::unique_ptr<FileWatch> watch;

  explicit World(const std::string& path = "/c/f.json") {
    files.edit("/c/f.json", "{}");
    if (path != "/c/f.json") files.add_symlink(path, "/c/f.json");
    start(path);
  }
  void start(const std::string& path) {
    watch =
        std::make_unique<FileWatch>(files, watcher, runtime.runtime(), path, [this] { ++changes; });
  }
  void pass(int milliseconds) { runtime.advance(Milliseconds(milliseconds)); }
};

TEST_CASE("a saved file is noticed once it has been at rest", "[config]") {
  World world;
  world.files.edit("/c/f.json", "{ }");
  world.watcher.notify("/c", "f.json");
  world.pass(150);
  world.files.edit("/c/f.json", "{  }");
  world.watcher.notify("/c", "f.json");
  world.pass(150);
  CHECK(world.changes == 0);
  world.pass(60);
  CHECK(world.changes == 1);
  world.pass(60'000);
  CHECK(world.changes == 1);
}

TEST_CASE("a file that never comes to rest is looked at all the same", "[config]") {
  World world;
  for (int i = 0; i < 8; ++i) {
    world.watcher.notify("/c", "f.json");
    world.pass(100);
  }
  CHECK(world.changes == 1);
}

TEST_CASE("an editor that renames over the file is noticed", "[config]") {
  World world;
  world.files.edit_by_rename("/c/f.json", "{ }");
  world.watcher.notify("/c", "f.json.swp");  // the name it had before
  world.pass(300);
  CHECK(world.changes == 1);
}

TEST_CASE("other files of the directory are of no interest", "[config]") {
  World world;
  int looks = 0;
  world.files.before_operation([&](base::SimFileSystem::Step step, const std::string& path) {
    looks += step == base::SimFileSystem::Step::look && path == "/c/f.json" ? 1 : 0;
  });
  for (int i = 0; i < 50; ++i) {
    world.watcher.notify("/c", "state.mdb");
    world.pass(10);
  }
  world.pass(1'000);
  CHECK(world.changes == 0);
  CHECK(looks > 0);
  CHECK(looks <= 2 * 11);  // for half a second of them, each with two questions
}

TEST_CASE("a change that nobody tells of is found within five seconds", "[config]") {
  World world;
  world.files.edit("/c/f.json", "{ }");
  world.pass(4'900);
  CHECK(world.changes == 0);
  world.pass(400);
  CHECK(world.changes == 1);
}

TEST_CASE("the directories of a symlink and of its target are watched", "[config]") {
  World world("/home/f.json");
  CHECK(world.watcher.directories() == Names{"/c", "/home"});
  world.files.edit("/c/f.json", "{ }");
  world.watcher.notify("/c", "f.json");
  world.pass(300);
  CHECK(world.changes == 1);
}

TEST_CASE("a directory that is swapped behind a symlink is followed", "[config]") {
  World world;
  world.files.edit("/k/..v1/f.json", "{}");
  world.files.edit("/k/..v2/f.json", "{ }");
  world.files.add_symlink("/k/..data", "..v1");
  world.files.add_symlink("/k/f.json", "..data/f.json");
  world.start("/k/f.json");
  CHECK(world.watcher.directories() == Names{"/k", "/k/..v1"});
  REQUIRE(world.files.remove("/k/..data").ok());
  world.files.add_symlink("/k/..data", "..v2");
  world.watcher.notify("/k", "..data");
  world.pass(300);
  CHECK(world.changes == 1);
  CHECK(world.watcher.directories() == Names{"/k", "/k/..v2"});
}

TEST_CASE("a file that goes and comes back is noticed both times", "[config]") {
  World world;
  REQUIRE(world.files.remove("/c/f.json").ok());
  world.watcher.notify("/c", "f.json");
  world.pass(300);
  CHECK(world.changes == 1);
  world.files.edit("/c/f.json", "{}");
  world.watcher.notify("/c", "f.json");
  world.pass(300);
  CHECK(world.changes == 2);
}

TEST_CASE("where nothing can be watched, looking is enough", "[config]") {
  World world;
  world.watcher.refuse(true);
  world.start("/c/f.json");
  CHECK(world.watcher.directories().empty());
  world.files.edit("/c/f.json", "{ }");
  world.pass(5'300);
  CHECK(world.changes == 1);
  world.watcher.refuse(false);
  world.pass(5'000);
  CHECK(world.watcher.directories() == Names{"/c"});
}

}  // namespace
}  // namespace proxy::config
