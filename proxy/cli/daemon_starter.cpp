#include "proxy/cli/daemon_starter.h"

#include <fcntl.h>
#include <httplib.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/unique_fd.h"
#include "proxy/cli/daemon_connection.h"
#include "proxy/security/data_files.h"

namespace proxy::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollEvery{50};
constexpr std::size_t kSaidBytesMax = 64 * 1024;
constexpr std::string_view kReady = "mcptrunk ready on ";

bool is_alive(const DaemonAddress& address) {
  const auto client = connection_to(address);
  client->set_connection_timeout(std::chrono::seconds(2));
  client->set_read_timeout(std::chrono::seconds(2));
  const auto answer = client->Get("/healthz");
  return answer && answer->status == 200;
}

base::Error unreachable(std::string message) {
  return {base::ErrorCode::daemon_unreachable, std::move(message),
          "start it with `mcptrunk serve`, or name another one with --url"};
}

// A daemon of its own session, without our streams: what it says goes into `said`.
base::Result<pid_t> spawn_detached(const std::vector<std::string>& arguments, int said,
                                   const std::string& directory) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, said, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, said, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&files, directory.c_str());
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error =
      posix_spawn(&child, arguments.front().c_str(), &files, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return unreachable(
        fmt::format("{} cannot be started: {}", arguments.front(), std::strerror(error)));
  }
  return child;
}

// Reads until the ready line, the end or the deadline. True: it is ready.
bool read_until_ready(int from, Clock::time_point deadline, std::string& said) {
  while (Clock::now() < deadline && said.size() < kSaidBytesMax) {
    pollfd wait{from, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(kPollEvery.count())) <= 0) continue;
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(from, buffer.data(), buffer.size());
    if (count <= 0) return false;
    said.append(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t ready = said.find(kReady);
    if (ready != std::string::npos && said.find('\n', ready) != std::string::npos) return true;
  }
  return false;
}

// It is our child as long as we live, and must not stay a zombie when it ends before us.
void reap_when_over(pid_t child) {
  std::thread([child] { ::waitpid(child, nullptr, 0); }).detach();
}

std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  std::array<char, 4096> here;
  return ::getcwd(here.data(), here.size()) == nullptr ? path
                                                       : fmt::format("{}/{}", here.data(), path);
}

}  // namespace

base::Error start_failure(int exit_code, std::string_view said) {
  std::string message(said);
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) message.pop_back();
  if (message.starts_with("mcptrunk: ")) message.erase(0, 10);
  if (message.empty()) message = fmt::format("the daemon ended with exit code {}", exit_code);
  const std::string remedy = "start it by hand to see more: mcptrunk serve";
  switch (static_cast<ExitCode>(exit_code)) {
    case ExitCode::configuration:
      return {base::ErrorCode::config_invalid, std::move(message), {}};
    case ExitCode::address_in_use:
      return {base::ErrorCode::address_in_use, std::move(message), {}};
    case ExitCode::data_dir:
      return {base::ErrorCode::store_in_use, std::move(message), {}};
    default:
      return {base::ErrorCode::daemon_unreachable, std::move(message), remedy};
  }
}

DaemonStarter::DaemonStarter(Context& context, std::string program)
    : context_(context), program_(std::move(program)) {}

base::Result<DaemonAddress> DaemonStarter::find() {
  return find_daemon(context_.daemon, context_.env(), context_.files());
}

base::Result<DaemonAddress> DaemonStarter::find_running() {
  auto found = find();
  if (!found || is_alive(*found)) return found;
  return unreachable(fmt::format("the daemon at {} is not reachable", found->text()));
}

base::Result<DaemonAddress> DaemonStarter::ensure() {
  const std::lock_guard one(mutex_);
  auto running = find_running();
  if (running || running.error().code != base::ErrorCode::daemon_unreachable) return running;
  const bool is_ours =
      context_.daemon.url.empty() && context_.env()("MCPTRUNK_URL").value_or("").empty();
  return is_ours ? start_locked() : running;
}

base::Result<DaemonAddress> DaemonStarter::start_locked() {
  const auto dir = data_dir(context_.daemon, context_.env(), context_.files());
  if (!dir) return dir.error();
  if (auto made = context_.files().create_dirs(*dir, 0700); !made) return std::move(made).error();
  if (auto ours = security::check_data_files(context_.files(), *dir); !ours) return ours.error();
  const std::string path = security::path_in(*dir, security::kStartLockFile);
  const base::UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return base::file_error("open", path, errno);
  const Clock::time_point deadline = Clock::now() + kStartTime;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return base::file_error("lock", path, errno);
    if (Clock::now() > deadline) {
      return unreachable(
          fmt::format("another process has been starting the daemon for {} s", kStartTime.count()));
    }
    context_.pause(kPollEvery);
  }
  auto running = find_running();  // whoever had the lock may have started it
  if (running) return running;
  const auto started = start_once();
  if (!started && started.error().code != base::ErrorCode::store_in_use) return started.error();
  // In use: somebody starts it by hand at this moment, and is not ready yet; or stops it.
  while (true) {
    running = find_running();
    if (running) return running;
    if (!started && Clock::now() > deadline - kStartTime / 2) return started.error();
    if (Clock::now() > deadline) return running;
    context_.pause(kPollEvery);
  }
}

base::Result<void> DaemonStarter::start_once() {
  std::vector<std::string> arguments{program_, "serve", "--quiet"};
  // It runs in another directory: paths of options and environment mean those of this one.
  if (is_config_named(context_.daemon, context_.env())) {
    const std::string config = config_path(context_.daemon, context_.env());
    arguments.insert(arguments.end(), {"--config", absolute(config)});
  }
  if (is_dir_named(context_.daemon, context_.env())) {
    const auto dir = data_dir(context_.daemon, context_.env(), context_.files());
    if (!dir) return dir.error();
    arguments.insert(arguments.end(), {"--data-dir", absolute(*dir)});
  }
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::file_error("open", "a pipe", errno);
  const base::UniqueFd from(ends[0]);
  base::UniqueFd to(ends[1]);
  const std::string home = context_.env()("HOME").value_or("/");
  const auto child = spawn_detached(arguments, to.get(), home.empty() ? "/" : home);
  if (!child) return child.error();
  to.reset();
  std::string said;
  if (read_until_ready(from.get(), Clock::now() + kStartTime, said)) {
    reap_when_over(*child);
    return base::kDone;
  }
  int status = 0;
  if (::waitpid(*child, &status, WNOHANG) == 0) {
    // It closed its streams, or takes too long: a moment for the former.
    context_.pause(kPollEvery * 4);
    if (::waitpid(*child, &status, WNOHANG) == 0) {
      return unreachable(fmt::format("the daemon was not ready within {} s", kStartTime.count()));
    }
  }
  return start_failure(WIFEXITED(status) ? WEXITSTATUS(status) : 1, said);
}

}  // namespace proxy::cli
