// The files of a data directory by which a daemon and its command line know each other, and whether
// they may be believed: only where nobody but this user can have put them there. Functions; they
// look at the disk and change nothing.
//
// Threads: any; they block on the disk.
#pragma once
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"

namespace proxy::security {

inline constexpr std::string_view kApiKeyFile = "api_key";
inline constexpr std::string_view kSessionKeyFile = "session_key";
// What the daemon that serves says of itself, to people and to the command line.
inline constexpr std::string_view kDaemonFile = "daemon.json";
// Where it listens for its own user.
inline constexpr std::string_view kSocketFile = "daemon.sock";
// Held by who starts the daemon.
inline constexpr std::string_view kStartLockFile = "start.lock";

// "DIR/FILE".
std::string path_in(const std::string& data_dir, std::string_view file);

// That the directory and those of its files that are believed belong to this user, and that nobody
// else may write to the directory. Who may replace it as a whole, in a directory above that
// everybody may write to, cannot make one that is this user's. The files may be missing. Errors:
// forbidden, with what to do about it; the file system's, not_found for a directory that is
// missing.
base::Result<void> check_data_files(base::FileSystem& files, const std::string& data_dir);

}  // namespace proxy::security
