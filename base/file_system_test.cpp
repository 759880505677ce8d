#include "base/file_system.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/unique_fd.h"

namespace base {
namespace {

struct TempDir {
  std::string path = (std::filesystem::temp_directory_path() / "mcptrunk_files_XXXXXX").string();
  TempDir() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~TempDir() { std::filesystem::remove_all(path); }
  std::string operator/(std::string_view name) const { return path + "/" + std::string(name); }
};

TEST_CASE("a new file has its bytes and its mode, and is never written over", "[base]") {
  const TempDir dir;
  PosixFileSystem files;
  const mode_t mask = ::umask(0077);
  const Result<void> written = files.write_new(dir / "a", "hello", 0644);
  ::umask(mask);
  REQUIRE(written.ok());
  CHECK(*files.read_file(dir / "a", 5) == "hello");
  const auto info = files.stat(dir / "a");
  REQUIRE(info.ok());
  CHECK(info->mode == 0644);
  CHECK(info->bytes == 5);
  CHECK(info->kind == FileKind::file);
  CHECK(info->modified_ns > 0);

  const auto again = files.write_new(dir / "a", "other", 0644);
  REQUIRE(!again.ok());
  CHECK(again.error().code == ErrorCode::already_exists);
  CHECK(*files.read_file(dir / "a", 100) == "hello");
  CHECK(files.fsync_file(dir / "a").ok());
  CHECK(files.fsync_dir(dir.path).ok());
}

TEST_CASE("reading stops at its limit, and a missing file is not found", "[base]") {
  const TempDir dir;
  PosixFileSystem files;
  REQUIRE(files.write_new(dir / "big", std::string(100'000, 'x'), 0600).ok());
  CHECK(files.read_file(dir / "big", 100'000)->size() == 100'000);
  CHECK(files.read_file(dir / "big", 99'999).error().code == ErrorCode::too_large);
  CHECK(files.read_file(dir / "none", 10).error().code == ErrorCode::not_found);
  CHECK(files.read_file(dir.path, 10).error().code == ErrorCode::io_error);
}

TEST_CASE("exchange swaps two files in one step and needs both", "[base]") {
  const TempDir dir;
  PosixFileSystem files;
  REQUIRE(files.write_new(dir / "a", "A", 0600).ok());
  REQUIRE(files.write_new(dir / "b", "B", 0600).ok());
  REQUIRE(files.rename_exchange(dir / "a", dir / "b").ok());
  CHECK(*files.read_file(dir / "a", 9) == "B");
  CHECK(*files.read_file(dir / "b", 9) == "A");
  CHECK(files.rename_exchange(dir / "a", dir / "none").error().code == ErrorCode::not_found);
  REQUIRE(files.rename(dir / "a", dir / "b").ok());
  CHECK(*files.list_dir(dir.path) == std::vector<std::string>{"b"});
  REQUIRE(files.remove(dir / "b").ok());
  CHECK(files.remove(dir / "b").error().code == ErrorCode::not_found);
}

TEST_CASE("symlinks resolve to the real place", "[base]") {
  const TempDir dir;
  PosixFileSystem files;
  const std::string real = *files.realpath(dir.path);
  REQUIRE(files.create_dirs(dir / "x/y/z", 0700).ok());
  REQUIRE(files.create_dirs(dir / "x/y/z", 0700).ok());
  REQUIRE(files.write_new(dir / "x/y/z/f", "f", 0600).ok());
  CHECK(files.create_dirs(dir / "x/y/z/f", 0700).error().code == ErrorCode::already_exists);
  REQUIRE(::symlink("x/y/z/f", (dir / "link").c_str()) == 0);
  CHECK(*files.realpath(dir / "link") == real + "/x/y/z/f");
  CHECK(files.lstat(dir / "link")->kind == FileKind::symlink);
  CHECK(files.stat(dir / "link")->kind == FileKind::file);
  CHECK(files.stat(dir / "x")->kind == FileKind::directory);
}

TEST_CASE("mode and owner go over to another file", "[base]") {
  const TempDir dir;
  PosixFileSystem files;
  REQUIRE(files.write_new(dir / "a", "A", 0640).ok());
  REQUIRE(files.write_new(dir / "b", "B", 0600).ok());
  REQUIRE(files.copy_mode_and_owner(dir / "a", dir / "b").ok());
  CHECK(files.stat(dir / "b")->mode == 0640);
}

TEST_CASE("the parent of a path is its directory", "[base]") {
  CHECK(parent_dir("/a/b/c") == "/a/b");
  CHECK(parent_dir("/a/b//") == "/a");
  CHECK(parent_dir("/a") == "/");
  CHECK(parent_dir("/") == "/");
  CHECK(parent_dir("a") == ".");
  CHECK(parent_dir("a/b") == "a");
  CHECK(parent_dir("") == ".");
}

TEST_CASE("errors of files say what failed and what to do", "[base]") {
  const Error read_only = file_error("rename", "/etc/x", EROFS);
  CHECK(read_only.code == ErrorCode::forbidden);
  CHECK(read_only.message == "Cannot rename /etc/x: Read-only file system.");
  CHECK(!read_only.remedy.empty());
  CHECK(file_error("write", "x", ENOSPC).code == ErrorCode::io_error);
  CHECK(file_error("exchange", "x", EOPNOTSUPP).code == ErrorCode::unsupported);
}

TEST_CASE("a lock is seen while somebody holds it, and looking does not take it", "[base]") {
  const TempDir dir;
  PosixFileSystem files;
  CHECK_FALSE(*files.is_locked(dir / "lock"));
  REQUIRE(files.write_new(dir / "lock", "", 0600).ok());
  const UniqueFd holder(::open((dir / "lock").c_str(), O_RDWR | O_CLOEXEC));
  CHECK_FALSE(*files.is_locked(dir / "lock"));
  REQUIRE(::flock(holder.get(), LOCK_EX | LOCK_NB) == 0);
  CHECK(*files.is_locked(dir / "lock"));
  CHECK(files.user() == ::geteuid());
}

}  // namespace
}  // namespace base
