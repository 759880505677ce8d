#include "upstream/transport/leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <set>
#include <string>

#include "upstream/transport/child_protocol.h"

namespace upstream {
namespace {

constexpr int kRoundsMax = 10;  // a tree that forks while it is killed

std::string environment_of(pid_t process) {
  const std::string path = "/proc/" + std::to_string(process) + "/environ";
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::string text;
  char buffer[16 * 1024];
  ssize_t size = 0;
  while ((size = read(file, buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<std::size_t>(size));
  }
  close(file);
  return text;
}

bool is_marked(pid_t process, std::string_view marker) {
  const std::string entry = std::string(kMarkerVariable) + "=" + std::string(marker);
  const std::string environment = environment_of(process);
  return environment.starts_with(entry) || environment.find('\0' + entry) != std::string::npos;
}

// The descriptor pins the process: its id cannot be a stranger's by the time it is killed.
bool kill_if_marked(pid_t process, std::string_view marker) {
  const auto handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
  if (handle < 0) return false;
  const bool killed = is_marked(process, marker) &&
                      syscall(SYS_pidfd_send_signal, handle, SIGKILL, nullptr, 0) == 0;
  close(handle);
  return killed;
}

// True when a process was killed that was not in `killed` before.
bool kill_once(std::string_view marker, std::set<pid_t>& killed) {
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return false;
  bool any = false;
  while (const dirent* entry = readdir(directory)) {
    const auto process = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (process <= 1 || process == getpid() || !kill_if_marked(process, marker)) continue;
    any = killed.insert(process).second || any;
  }
  closedir(directory);
  return any;
}

}  // namespace

int kill_marked(std::string_view marker) {
  std::set<pid_t> killed;
  for (int round = 0; round < kRoundsMax && kill_once(marker, killed); ++round) {
  }
  return static_cast<int>(killed.size());
}

}  // namespace upstream
