// The daemon's directory: where its files lie, and what it tells its command line through them.
// Functions; they block on the disk, at start only.
#pragma once
#include <string>

#include "base/file_system.h"
#include "base/result.h"
#include "proxy/config/expansion.h"
#include "proxy/security/data_files.h"

namespace proxy::daemon {

struct DataDir {
  std::string path;
  std::string api_key_file() const { return security::path_in(path, security::kApiKeyFile); }
  std::string session_key_file() const {
    return security::path_in(path, security::kSessionKeyFile);
  }
  std::string socket_file() const { return security::path_in(path, security::kSocketFile); }
  std::string logs() const { return path + "/logs"; }
  // Apart from the daemon's own log: a server may be called as that file is.
  std::string server_logs() const { return logs() + "/servers"; }
  // The announcement of the daemon that serves now, for the command line.
  std::string daemon_file() const { return security::path_in(path, security::kDaemonFile); }
};

// Creates the directory (mode 0700) when it is missing. `configured` may start with "~" and hold
// variables, and is relative to the directory of the configuration `file`, or, where that is empty,
// to the working directory. Errors: config_invalid for an unset variable, forbidden for a directory
// that is not this user's alone (check_data_files), else the file system's.
base::Result<DataDir> open_data_dir(base::FileSystem& files, const std::string& configured,
                                    const std::string& file,
                                    const config::Environment& environment);

// What the command line needs to find the daemon and to know it for the one that is meant.
struct Announcement {
  std::string url;
  std::string config_path;
  bool key_is_configured = false;  // else it is the one in api_key_file()
};

// Replaces daemon_file() (mode 0600).
base::Result<void> announce(base::FileSystem& files, const DataDir& data_dir,
                            const Announcement& announcement);
void withdraw(base::FileSystem& files, const DataDir& data_dir);

}  // namespace proxy::daemon
