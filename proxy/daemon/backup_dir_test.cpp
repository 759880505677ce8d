#include "proxy/daemon/backup_dir.h"

#include <catch2/catch.hpp>

#include "base/sim_file_system.h"

namespace proxy::daemon {
namespace {

struct World {
  base::Result<std::string> path(std::string_view name) {
    return backup_path(files, config, "/c/mcp_config.json", "/d", environment, name,
                       base::WallTime(base::Milliseconds(1234)));
  }
  base::SimFileSystem files;
  config::Config config;
  config::Environment environment = [](const std::string&) -> std::optional<std::string> {
    return std::nullopt;
  };
};

TEST_CASE("a backup goes below the data directory, or into backup_dir", "[backup]") {
  World world;
  CHECK(*world.path("a.mdb") == "/d/backups/a.mdb");
  CHECK(world.files.stat("/d/backups").ok());
  CHECK(*world.path("") == "/d/backups/state-1234.mdb");
  world.config.backup_dir = "/b";
  CHECK(*world.path("a.mdb") == "/b/a.mdb");
  world.config.backup_dir = "saved";
  CHECK(*world.path("a.mdb") == "/c/saved/a.mdb");
  world.config.backup_dir = "${NOWHERE}/b";
  CHECK(world.path("a.mdb").error().code == base::ErrorCode::config_invalid);
}

TEST_CASE("no name leads to another place", "[backup]") {
  World world;
  for (const std::string name : {".", "..", "../a", "/etc/passwd", "a/b", "a/../b", ".hidden",
                                 "-rf", "a\nb", "a b", "\u202Ea", "a\\b"}) {
    CAPTURE(name);
    CHECK(world.path(name).error().code == base::ErrorCode::invalid_argument);
  }
  CHECK_FALSE(is_backup_name(std::string(129, 'a')));
  CHECK_FALSE(is_backup_name(std::string_view("a\0b", 3)));
  CHECK(is_backup_name(std::string(128, 'a')));
}

}  // namespace
}  // namespace proxy::daemon
