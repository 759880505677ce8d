#include "storage/store_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <utility>

#include "base/file_system.h"

namespace storage {
namespace {

// As far as the holder has written it down; else 0.
pid_t holder_of(int fd) {
  char text[32] = {};
  pid_t pid = 0;
  const ssize_t got = ::pread(fd, text, sizeof text - 1, 0);
  if (got > 0) std::from_chars(text, text + got, pid);
  return pid;
}

bool has_ended(pid_t pid) {
  return pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH;
}

bool try_lock(int fd) {
  return ::flock(fd, LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

void StoreLock::wait_a_moment() {
  constexpr int kMomentMs = 20;
  ::poll(nullptr, 0, kMomentMs);
}

base::Result<StoreLock> StoreLock::acquire(const std::string& data_dir,
                                           const std::function<void()>& pause) {
  const std::string path = fmt::format("{}/{}", data_dir, kFile);
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return base::file_error("open", path, errno);
  for (int tries = 0; !try_lock(fd.get()); ++tries) {
    if (errno != EWOULDBLOCK) return base::file_error("lock", path, errno);
    const pid_t holder = holder_of(fd.get());
    // Nobody written down: someone looks whether it is held, or has just taken it.
    const bool is_passing = has_ended(holder) || holder == 0;
    if (is_passing && tries < kTriesMax) {
      pause();
      continue;
    }
    const std::string who = holder == 0 ? "another process" : fmt::format("process {}", holder);
    return base::Error{
        base::ErrorCode::store_in_use,
        fmt::format("The data directory {} is in use by {}.", data_dir, who),
        "Talk to the daemon that runs (mcptrunk status), stop it, or set another data_dir."};
  }
  // Only for the message above: who holds the lock is the kernel's knowledge.
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd.get(), 0) != 0 ||
      ::pwrite(fd.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return base::file_error("write", path, errno);
  }
  return StoreLock(std::move(fd));
}

}  // namespace storage
