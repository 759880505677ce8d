#include "proxy/config/intent_recovery.h"

#include <catch2/catch.hpp>

#include "base/sim_file_system.h"
#include "proxy/config/config_file.h"

namespace proxy::config {
namespace {

using base::SimFileSystem;

constexpr const char* kPath = "/etc/mcp_config.json";
constexpr const char* kText = R"({"mcpServers": {"a": {"command": "x"}}})";
constexpr const char* kDisabled =
    R"({"mcpServers": {"a": {"command": "x", "startup_mode": "disabled"}}})";
constexpr const char* kTheirs = R"({"mcpServers": {"b": {"command": "y"}}})";

TEST_CASE("the user's file wins over an open entry", "[config]") {
  const IntentEntry entry{3, content_hash(kText), content_hash(kDisabled), kDisabled};
  SimFileSystem files;
  files.edit(kPath, kTheirs);
  CHECK(recover_file(files, kPath, entry).value() == Recovery::conflict);
  CHECK(files.peek(kPath) == kTheirs);
}

TEST_CASE("a text that was swapped out when we died is put back", "[config]") {
  const IntentEntry entry{3, content_hash(kText), content_hash(kDisabled), kDisabled};
  SimFileSystem files;
  files.edit(kPath, kDisabled);
  files.edit(temp_path(kPath, 3), kTheirs);
  CHECK(recover_file(files, kPath, entry).value() == Recovery::restore_their_text);
  CHECK(files.peek(kPath) == kTheirs);
  CHECK(files.all_files() == std::vector<std::string>{kPath});
}

TEST_CASE("of two texts of others, one in the file and one swapped out, both are kept",
          "[config]") {
  const IntentEntry entry{3, content_hash(kText), content_hash(kDisabled), kDisabled};
  SimFileSystem files;
  files.edit(kPath, R"({"tools_limit": 3})");
  files.edit(temp_path(kPath, 3), kTheirs);
  CHECK(recover_file(files, kPath, entry).value() == Recovery::keep_both);
  CHECK(files.peek(kPath) == R"({"tools_limit": 3})");
  CHECK(files.peek(conflict_path(kPath, 3)) == kTheirs);
  CHECK(files.all_files().size() == 2);
}

TEST_CASE("leftovers are removed, files of others stay", "[config]") {
  SimFileSystem files;
  files.edit(kPath, kText);
  files.edit(temp_path(kPath, 1), "x");
  files.edit(temp_path(kPath, 22), "x");
  files.edit("/etc/other.json.mcptrunk-1.tmp", "x");
  files.edit("/etc/.mcp_config.json.swp", "x");
  CHECK(remove_leftovers(files, kPath).value() == 2);
  CHECK(files.all_files().size() == 3);
}

}  // namespace
}  // namespace proxy::config
