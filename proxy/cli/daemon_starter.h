// Starts the daemon for whoever needs it, once for all: a lock in the data directory makes others
// wait for the one that is starting it. The daemon outlives its starter. Resource.
//
// Threads: any; ensure() blocks, one caller at a time does the work.
// Limits:  kStartTime for a start, also one by somebody else.
#pragma once
#include <chrono>
#include <mutex>
#include <string>

#include "base/result.h"
#include "proxy/cli/context.h"
#include "proxy/cli/stdio_bridge.h"

namespace proxy::cli {

class DaemonStarter final : public DaemonAccess {
 public:
  static constexpr std::chrono::seconds kStartTime{60};

  // `program` is started with `serve`. Context outlives it, and is only read.
  DaemonStarter(Context& context, std::string program);
  DaemonStarter(const DaemonStarter&) = delete;
  DaemonStarter& operator=(const DaemonStarter&) = delete;

  base::Result<DaemonAddress> find() override;
  // With --url nothing is started: the daemon is somebody else's. Errors: those of the daemon's own
  // start (config_invalid, address_in_use, store_damaged ..) in its words; daemon_unreachable.
  base::Result<DaemonAddress> ensure() override;

 private:
  base::Result<DaemonAddress> find_running();
  base::Result<DaemonAddress> start_locked();
  base::Result<void> start_once();

  Context& context_;
  const std::string program_;
  std::mutex mutex_;
};

// What a daemon said that ended before it was ready, as an error. Pure.
base::Error start_failure(int exit_code, std::string_view said);

}  // namespace proxy::cli
