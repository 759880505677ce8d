#include "e2e/bench/program.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStopTimeMax(5);

[[noreturn]] void become(const std::vector<std::string>& command, int output, int log) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::setpgid(0, 0);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  constexpr int kCannotStart = 127;
  ::_exit(kCannotStart);
}

struct ProcStat {
  pid_t parent = 0;
  double cpu_seconds = 0;
};

std::optional<ProcStat> read_stat(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  const std::size_t after_name = text.rfind(')');
  if (after_name == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(after_name + 1));
  std::string skipped;
  ProcStat stat;
  fields >> skipped >> stat.parent;
  constexpr int kFieldsUpToUserTime = 9;
  for (int i = 0; i < kFieldsUpToUserTime; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  stat.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return stat;
}

std::map<pid_t, ProcStat> every_process() {
  std::map<pid_t, ProcStat> all;
  DIR* directory = ::opendir("/proc");
  while (const dirent* entry = directory == nullptr ? nullptr : ::readdir(directory)) {
    const pid_t found = std::atoi(entry->d_name);
    if (found <= 0) continue;
    if (const auto stat = read_stat(found)) all.emplace(found, *stat);
  }
  if (directory != nullptr) ::closedir(directory);
  return all;
}

bool is_below(pid_t pid, pid_t top, const std::map<pid_t, ProcStat>& all) {
  for (auto at = all.find(pid); at != all.end(); at = all.find(at->second.parent)) {
    if (at->second.parent == top) return true;
  }
  return false;
}

std::size_t count_entries(const std::string& folder) {
  std::size_t count = 0;
  DIR* directory = ::opendir(folder.c_str());
  while (const dirent* entry = directory == nullptr ? nullptr : ::readdir(directory)) {
    if (entry->d_name[0] != '.') ++count;
  }
  if (directory != nullptr) ::closedir(directory);
  return count;
}

void add_status(pid_t pid, ProcessStats& stats) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);) {
    const auto mib = [&] { return std::atof(line.c_str() + line.find(':') + 1) / 1024; };
    if (line.starts_with("RssAnon:")) stats.rss_anon_mib = mib();
    if (line.starts_with("RssFile:")) stats.rss_file_mib = mib();
    if (line.starts_with("Threads:")) {
      stats.threads = static_cast<std::size_t>(std::atoi(line.c_str() + line.find(':') + 1));
    }
  }
}

}  // namespace

base::Result<Program> Program::start(const std::vector<std::string>& command,
                                     const std::string& log_path) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return base::Error{base::ErrorCode::io_error, "Cannot make a pipe.", ""};
  }
  base::UniqueFd output(ends[0]), input(ends[1]);
  const base::UniqueFd log(
      ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  const pid_t pid = ::fork();
  if (pid == 0) become(command, input.get(), log.get());
  if (pid < 0) {
    return base::Error{base::ErrorCode::spawn_failed, "Cannot start " + command.front() + ".", ""};
  }
  return Program(pid, std::move(output));
}

Program::Program(Program&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)),
      pending_(std::move(other.pending_)) {}

Program::~Program() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  const Clock::time_point patience = Clock::now() + kStopTimeMax;
  while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (Clock::now() > patience) {
      ::kill(-pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

base::Result<std::string> Program::read_line(std::chrono::seconds at_most) {
  const Clock::time_point deadline = Clock::now() + at_most;
  while (true) {
    const std::size_t end = pending_.find('\n');
    if (end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return line;
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd watched{.fd = output_.get(), .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&watched, 1, static_cast<int>(left.count())) <= 0) {
      return base::Error{base::ErrorCode::deadline_exceeded, "The program said nothing.", ""};
    }
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(output_.get(), buffer.data(), buffer.size());
    if (count <= 0) return base::Error{base::ErrorCode::exited, "The program has ended.", ""};
    pending_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

int Program::wait() {
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  constexpr int kSignalled = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
}

ProcessStats stats_of(pid_t pid) {
  ProcessStats stats;
  const std::map<pid_t, ProcStat> all = every_process();
  for (const auto& [each, stat] : all) {
    if (each == pid) stats.cpu_seconds = stat.cpu_seconds;
    if (!is_below(each, pid, all)) continue;
    stats.children_cpu_seconds += stat.cpu_seconds;
    ++stats.children;
  }
  add_status(pid, stats);
  stats.open_files = count_entries(fmt::format("/proc/{}/fd", pid));
  return stats;
}

std::vector<pid_t> descendants_of(pid_t pid) {
  std::vector<pid_t> below;
  const std::map<pid_t, ProcStat> all = every_process();
  for (const auto& [each, stat] : all) {
    if (is_below(each, pid, all)) below.push_back(each);
  }
  return below;
}

}  // namespace bench
