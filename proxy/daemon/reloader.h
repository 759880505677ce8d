// Follows the configuration file: what somebody saves takes effect at once, by difference; what
// cannot be used changes nothing and is said in the log, as an event and in the status. Our own
// writes are known by their text. Resource.
//
// Ownership: the daemon's; all it is given outlives it.
// Threads:   the loop thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/directory_watcher.h"
#include "base/file_system.h"
#include "base/runtime.h"
#include "proxy/config/file_watch.h"
#include "proxy/daemon/intent.h"
#include "proxy/events/event_bus.h"

namespace proxy::daemon {

struct ReloaderParts {
  base::FileSystem& files;
  base::DirectoryWatcher& watcher;
  base::Runtime runtime;
  Intent& intent;
  events::EventBus& bus;
};

class Reloader {
 public:
  // How long a write of our own is waited for.
  static constexpr base::Milliseconds kWriteRetry{50};

  // `check_again` is called by reload() when the file says what it said before: what the machine
  // was missing may be there now.
  Reloader(const ReloaderParts& parts, std::string path, std::function<void()> check_again);
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  // Asked for by somebody: reads the file whether it seems changed or not, and says again what is
  // wrong with it.
  void reload();
  // Follows no longer.
  void stop();

  // Why the file that stands there is not the running configuration; empty when it is.
  std::string rejected() const;

 private:
  struct Rejection {
    std::string why;
    config::ContentHash text{};     // of the file
    config::ContentHash running{};  // of the configuration that stays
  };

  void on_changed();
  void read(bool asked);
  void reject(const Intent::Reload& reload, bool asked);
  void announce(const Intent::ConfigPtr& before);

  ReloaderParts parts_;
  const std::string path_;
  const std::function<void()> check_again_;
  std::optional<Rejection> rejection_;
  bool asked_while_busy_ = false;
  base::Timer<Reloader, &Reloader::on_changed> retry_{*this};
  std::unique_ptr<config::FileWatch> watch_;  // null after stop()
};

}  // namespace proxy::daemon
