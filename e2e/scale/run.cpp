#include "e2e/scale/run.h"

#include <csignal>

namespace scale {

bench::Daemon RunningDaemon::start(const Run& run, const ScaleConfig& config) {
  const std::filesystem::path log = config.path.parent_path() / "stderr.log";
  auto daemon = bench::Daemon::start(run.mcptrunk, config.path, log);
  if (!daemon) give_up(base::one_line(daemon.error()) + "\n" + text_of(log));
  return std::move(daemon).value();
}

RunningDaemon::RunningDaemon(const Run& run, const ScaleConfig& config)
    : daemon_(start(run, config)),
      ready_after_ms_(watch_.milliseconds()),
      key_(text_of(config.data_dir / "api_key")),
      rest_(daemon_.port(), key_.substr(0, key_.find('\n'))) {
  key_ = key_.substr(0, key_.find('\n'));
}

void RunningDaemon::kill() {
  ::kill(pid(), SIGKILL);
  daemon_.program().wait();
}

int RunningDaemon::stop() {
  ::kill(pid(), SIGTERM);
  return daemon_.program().wait();
}

bool at_rest(const Servers& servers) {
  return std::none_of(servers.begin(), servers.end(), [](const auto& entry) {
    const std::string& state = entry.second.state;
    return state == "queued" || state == "connecting" || state == "stopping" || state == "backoff";
  });
}

std::set<std::string> in_state(const Servers& servers, const std::string& state) {
  std::set<std::string> names;
  for (const auto& [name, server] : servers) {
    if (server.state == state) names.insert(name);
  }
  return names;
}

}  // namespace scale
