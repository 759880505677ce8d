// What a daemon says of itself in its data directory (daemon.json, mode 0600): written when it is
// ready, removed when it ends. One that was killed leaves it. Value, and a function that reads it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"

namespace proxy::cli {

inline constexpr std::string_view kDaemonFile = "daemon.json";

struct Announcement {
  std::string url;                        // "http://127.0.0.1:8080"
  std::int64_t pid = 0;                   // 0: not said
  std::string config_path;                // absolute; empty: not said
  std::optional<bool> key_is_configured;  // else it is the one in the data directory
};

// Errors: not_found where no daemon has left one, daemon_unreachable when it is damaged.
base::Result<Announcement> read_announcement(base::FileSystem& files, const std::string& data_dir);

// Whether the process that wrote it is there still.
bool is_running(base::FileSystem& files, const Announcement& announcement);

}  // namespace proxy::cli
