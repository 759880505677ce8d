#include "proxy/security/data_files.h"

#include <catch2/catch.hpp>

#include "base/sim_file_system.h"

namespace proxy::security {
namespace {

constexpr std::uint32_t kStranger = 1001;

struct Disk {
  Disk() {
    REQUIRE(files.create_dirs("/home/u/.mcptrunk", 0700).ok());
    for (const std::string_view file : {kApiKeyFile, kDaemonFile, kSocketFile}) {
      REQUIRE(files.write_new(path_in(dir, file), "", 0600).ok());
    }
  }
  base::Error fault() {
    const auto checked = check_data_files(files, dir);
    REQUIRE_FALSE(checked.ok());
    return checked.error();
  }
  base::SimFileSystem files;
  std::string dir = "/home/u/.mcptrunk";
};

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("a data directory of this user's own is believed", "[security]") {
  Disk disk;
  CHECK(check_data_files(disk.files, disk.dir).ok());
  disk.files.set_mode(disk.dir, 0755);  // others may look
  CHECK(check_data_files(disk.files, disk.dir).ok());
}

TEST_CASE("a data directory of somebody else is not", "[security]") {
  Disk disk;
  disk.files.set_owner(disk.dir, kStranger, kStranger);
  const base::Error fault = disk.fault();
  CHECK(fault.code == base::ErrorCode::forbidden);
  CHECK(holds(fault.message, "/home/u/.mcptrunk belongs to another user (uid 1001)"));
  CHECK(holds(fault.remedy, "--data-dir"));
}

TEST_CASE("whose directory it is decides what helps", "[security]") {
  base::SimFileSystem files;  // root owns all of it
  files.set_user(1000);
  REQUIRE(files.create_dirs("/data", 0755).ok());
  const auto remedy = [&](base::FileSystem& of) {
    const auto checked = check_data_files(of, "/data");
    return checked.ok() ? std::string() : checked.error().remedy;
  };
  CHECK(holds(remedy(files), "sudo chown 1000 /data; or name a directory"));
  files.set_owner("/data", kStranger, kStranger);
  CHECK(remedy(files).starts_with("do it as that user, or name a directory"));
  Disk disk;  // root asks
  disk.files.set_owner(disk.dir, kStranger, kStranger);
  CHECK(holds(disk.fault().remedy, "sudo -u '#1001'"));
}

TEST_CASE("what a link leads to counts, not who made the link", "[security]") {
  Disk disk;
  disk.files.add_symlink("/tmp/link", disk.dir);
  CHECK(check_data_files(disk.files, "/tmp/link").ok());
  disk.files.set_owner(disk.dir, kStranger, kStranger);
  CHECK_FALSE(check_data_files(disk.files, "/tmp/link").ok());
}

TEST_CASE("a data directory that others may write to is refused", "[security]") {
  for (const std::uint32_t mode : {0777U, 0770U, 0720U, 0702U, 01777U}) {
    CAPTURE(mode);
    Disk disk;
    disk.files.set_mode(disk.dir, mode);
    CHECK(holds(disk.fault().remedy, "chmod 700 /home/u/.mcptrunk"));
  }
}

TEST_CASE("each file by which daemon and command line know each other must be this user's",
          "[security]") {
  for (const std::string_view file : {kApiKeyFile, kDaemonFile, kSocketFile}) {
    CAPTURE(file);
    Disk disk;
    disk.files.set_owner(path_in(disk.dir, file), kStranger, kStranger);
    const base::Error fault = disk.fault();
    CHECK(fault.code == base::ErrorCode::forbidden);
    CHECK(holds(fault.message, file));
    CHECK(holds(fault.remedy, "chown"));
  }
  for (const char* file : {"mcptrunk.lock", "start.lock", "session_key", "state.mdb", "bulk.mdb"}) {
    CAPTURE(file);
    Disk disk;
    REQUIRE(disk.files.write_new(path_in(disk.dir, file), "", 0600).ok());
    CHECK(check_data_files(disk.files, disk.dir).ok());
    disk.files.set_owner(path_in(disk.dir, file), 0, 0);
    CHECK(check_data_files(disk.files, disk.dir).ok());
    disk.files.set_owner(path_in(disk.dir, file), kStranger, 0);
    CHECK_FALSE(check_data_files(disk.files, disk.dir).ok());
  }
}

TEST_CASE("a link to somebody's file that was laid into the directory is not believed",
          "[security]") {
  Disk disk;
  REQUIRE(disk.files.write_new("/home/theirs", "theirs\n", 0600).ok());
  disk.files.set_owner("/home/theirs", kStranger, kStranger);
  disk.files.forget(path_in(disk.dir, kApiKeyFile));
  disk.files.add_symlink(path_in(disk.dir, kApiKeyFile), "/home/theirs");
  CHECK_FALSE(check_data_files(disk.files, disk.dir).ok());
}

TEST_CASE("a directory that is missing is not found", "[security]") {
  Disk disk;
  CHECK(check_data_files(disk.files, "/nowhere").error().code == base::ErrorCode::not_found);
}

}  // namespace
}  // namespace proxy::security
