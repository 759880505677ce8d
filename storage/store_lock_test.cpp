#include "storage/store_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "storage/test_store.h"

namespace storage {
namespace {

TEST_CASE("a lock that somebody holds is refused at once, and says who", "[storage]") {
  const testing::TempDir folder;
  const auto first = StoreLock::acquire(folder.path);
  REQUIRE(first);
  int pauses = 0;
  const auto second = StoreLock::acquire(folder.path, [&] { ++pauses; });
  REQUIRE(!second);
  CHECK(second.error().code == base::ErrorCode::store_in_use);
  CHECK(second.error().message.find(std::to_string(::getpid())) != std::string::npos);
  CHECK(pauses == 0);
}

TEST_CASE("a lock that somebody only looks at is taken", "[storage]") {
  const testing::TempDir folder;
  const std::string path = folder.path + "/mcptrunk.lock";
  int looking = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(::flock(looking, LOCK_SH) == 0);
  int pauses = 0;
  const auto lock = StoreLock::acquire(folder.path, [&] {
    if (++pauses == 1) ::close(looking);
  });
  CHECK(lock.ok());
  CHECK(pauses == 1);
}

// The child of a killed daemon holds what it inherited until it becomes another program.
TEST_CASE("a lock that only a killed holder's child has is waited for", "[storage]") {
  const testing::TempDir folder;
  int hold[2];
  REQUIRE(::pipe(hold) == 0);
  const pid_t holder = ::fork();
  REQUIRE(holder >= 0);
  if (holder == 0) {
    const auto lock = StoreLock::acquire(folder.path);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(hold[1]);
      char byte = 0;
      (void)!::read(hold[0], &byte, 1);  // until the test closes its end
    }
    ::_exit(lock ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(holder, &status, 0) == holder);
  REQUIRE(status == 0);
  ::close(hold[0]);
  int pauses = 0;
  const auto lock = StoreLock::acquire(folder.path, [&] {
    if (++pauses == 1) ::close(hold[1]);
    ::poll(nullptr, 0, 20);
  });
  CHECK(lock.ok());
  CHECK(pauses >= 1);
}

}  // namespace
}  // namespace storage
