// What a daemon says of itself in its data directory (daemon.json, mode 0600): written when it is
// ready, removed when it ends. One that was killed leaves it. For people, and to know which file a
// daemon serves; nobody is spoken to because of it. Value, and functions that look.
#pragma once
#include <optional>
#include <string>

#include "base/file_system.h"
#include "base/result.h"

namespace proxy::cli {

struct Announcement {
  std::string url;                        // "http://127.0.0.1:8080"
  std::string config_path;                // absolute; empty: not said
  std::optional<bool> key_is_configured;  // else it is the one in the data directory
};

// Errors: not_found where no daemon has left one, daemon_unreachable when it is damaged.
base::Result<Announcement> read_announcement(base::FileSystem& files, const std::string& data_dir);

// Whether a daemon has the directory: it holds the lock, which a killed one does not.
bool is_running(base::FileSystem& files, const std::string& data_dir);

}  // namespace proxy::cli
