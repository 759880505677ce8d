// The program as a whole: makes the parts in their order, and takes them down in the other. What
// happens between is theirs. Resource.
//
// Ownership: main() owns it, and the loop, which outlives it.
// Threads:   the loop thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/file_system.h"
#include "base/loop.h"
#include "base/result.h"
#include "proxy/config/config.h"
#include "proxy/daemon/first_look.h"

namespace proxy::daemon {

struct DaemonOptions {
  std::string config_path;
  bool config_may_be_missing = false;  // the default path, on a first start
  std::optional<std::string> data_dir;
  std::optional<config::Listen> listen;
  std::optional<config::LogLevel> log_level;
  bool quiet = false;             // no log on the console
  base::TimePoint executed_at{};  // when the program was started, for the ready line
};

// What the ready line says.
struct ReadyReport {
  std::string url;  // of the MCP endpoint
  std::size_t servers = 0;
  std::size_t servers_enabled = 0;
  std::size_t tools = 0;
  base::Milliseconds took{};
};

class Daemon {
 public:
  // How long a drain may take before what is left is cut: calls, then processes.
  static constexpr base::Duration kDrainCalls = std::chrono::seconds(3);
  static constexpr base::Duration kDrainProcesses = std::chrono::seconds(5);

  // Serves when it returns. Errors: config_invalid (every mistake, a line each), store_in_use,
  // store_damaged, store_too_new, address_in_use, or the file system's.
  static base::Result<std::unique_ptr<Daemon>> start(base::Loop& loop, base::FileSystem& files,
                                                     const DaemonOptions& options);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  const ReadyReport& ready_report() const;
  // How many servers are being started whose tools are not known yet; `done` is told once, when
  // each of them was looked at, and not at all when there are none.
  std::size_t watch_first_look(std::function<void(const FirstLookReport&)> done);

  // Reads the configuration file again.
  void reload();
  // Stops accepting, lets calls end, stops every process, saves everything; then `done`. Called
  // again: now.
  void drain(std::function<void()> done);

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;  // never null
};

}  // namespace proxy::daemon
