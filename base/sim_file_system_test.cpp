#include "base/sim_file_system.h"

#include <catch2/catch.hpp>
#include <cerrno>

namespace base {
namespace {

using Step = SimFileSystem::Step;

TEST_CASE("a new file survives a power cut only when its directory was synced", "[base][sim]") {
  SimFileSystem files;
  files.edit("/d/keep", "K");
  REQUIRE(files.write_new("/d/a", "A", 0600).ok());
  files.cut_power(0);
  CHECK(files.read_file("/d/keep", 9).error().code == ErrorCode::io_error);
  files.power_on();
  CHECK(!files.peek("/d/a"));
  CHECK(files.peek("/d/keep") == "K");

  REQUIRE(files.write_new("/d/a", "A", 0600).ok());
  REQUIRE(files.fsync_dir("/d").ok());
  files.cut_power(0);
  files.power_on();
  CHECK(files.peek("/d/a") == "A");
}

TEST_CASE("renames that wait for their directory are kept in order, from the first",
          "[base][sim]") {
  for (std::size_t kept = 0; kept <= 3; ++kept) {
    CAPTURE(kept);
    SimFileSystem files;
    files.edit("/d/conf", "old");
    REQUIRE(files.write_new("/d/temp", "new", 0600).ok());
    REQUIRE(files.rename_exchange("/d/temp", "/d/conf").ok());
    REQUIRE(files.remove("/d/temp").ok());
    CHECK(files.waiting_names() == 3);
    CHECK(files.peek("/d/conf") == "new");
    files.cut_power(kept);
    files.power_on();
    CHECK(files.peek("/d/conf") == (kept >= 2 ? "new" : "old"));
    CHECK(files.peek("/d/temp").has_value() == (kept == 1 || kept == 2));
  }
}

TEST_CASE("content that was never synced is gone although the name stays", "[base][sim]") {
  SimFileSystem files;
  files.edit("/d/x", "");
  files.before_operation([&](Step step, const std::string&) {
    if (step == Step::fsync_file) files.cut_power(9);
  });
  const auto written = files.write_new("/d/a", "A", 0600);
  CHECK(!written.ok());
  files.before_operation(nullptr);
  files.power_on();
  CHECK(files.peek("/d/a") == "");
}

TEST_CASE("the hook lets an editor save between any two steps", "[base][sim]") {
  SimFileSystem files;
  files.edit("/d/conf", "old");
  std::string seen;
  files.before_operation([&](Step step, const std::string& path) {
    if (step == Step::rename_exchange) {
      files.edit_by_rename("/d/conf", "edited");
      seen = path;
    }
  });
  REQUIRE(files.write_new("/d/temp", "new", 0600).ok());
  REQUIRE(files.rename_exchange("/d/temp", "/d/conf").ok());
  CHECK(seen == "/d/conf");
  CHECK(files.peek("/d/temp") == "edited");  // what came out is not what was expected
}

TEST_CASE("injected failures change nothing and end", "[base][sim]") {
  SimFileSystem files;
  files.edit("/d/conf", "old");
  files.fail(Step::write, ENOSPC, 1);
  const auto written = files.write_new("/d/temp", "new", 0600);
  REQUIRE(!written.ok());
  CHECK(written.error().message.find("No space left") != std::string::npos);
  CHECK(!files.peek("/d/temp"));
  files.fail(Step::fsync_dir, EIO, 1);
  CHECK(files.write_new("/d/temp", "new", 0600).ok());
  CHECK(!files.fsync_dir("/d").ok());
  CHECK(files.fsync_dir("/d").ok());
  CHECK(files.fsync_count() == 2);
  files.without_exchange();
  CHECK(files.rename_exchange("/d/temp", "/d/conf").error().code == ErrorCode::unsupported);
}

TEST_CASE("it answers like the machine's file system", "[base][sim]") {
  SimFileSystem files;
  REQUIRE(files.create_dirs("/a/b", 0700).ok());
  REQUIRE(files.write_new("/a/b/f", "12345", 0640).ok());
  CHECK(files.write_new("/a/b/f", "x", 0600).error().code == ErrorCode::already_exists);
  CHECK(files.write_new("/no/f", "x", 0600).error().code == ErrorCode::not_found);
  CHECK(files.read_file("/a/b/f", 4).error().code == ErrorCode::too_large);
  CHECK(files.read_file("/a/b/g", 4).error().code == ErrorCode::not_found);
  CHECK(files.remove("/a").error().code == ErrorCode::already_exists);
  CHECK(files.create_dirs("/a/b/f/g", 0700).error().code == ErrorCode::already_exists);
  files.add_symlink("/link", "a/b");
  files.add_symlink("/loop", "loop");
  CHECK(*files.realpath("/link/../b/f") == "/a/b/f");
  CHECK(!files.realpath("/loop").ok());
  CHECK(files.lstat("/link")->kind == FileKind::symlink);
  CHECK(files.stat("/link/f")->mode == 0640);
  CHECK(*files.list_dir("/") == std::vector<std::string>{"a", "link", "loop"});
  CHECK(*files.list_dir("/link") == std::vector<std::string>{"f"});
  files.set_owner("/a/b/f", 7, 8);
  REQUIRE(files.write_new("/a/b/g", "", 0600).ok());
  REQUIRE(files.copy_mode_and_owner("/a/b/f", "/a/b/g").ok());
  CHECK(files.stat("/a/b/g")->uid == 7);
  CHECK(files.stat("/a/b/g")->mode == 0640);

  const auto before = *files.stat("/a/b/f");
  files.edit("/a/b/f", "in place");
  CHECK(files.stat("/a/b/f")->inode == before.inode);
  CHECK(files.stat("/a/b/f")->modified_ns > before.modified_ns);
  files.edit_by_rename("/a/b/f", "replaced");
  CHECK(files.stat("/a/b/f")->inode != before.inode);
}

}  // namespace
}  // namespace base
