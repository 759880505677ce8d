// Where backups go that are asked for over REST: one directory, whoever asks, so that nobody has
// the daemon write files elsewhere with its rights. Functions; they block on the disk.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "proxy/config/config.h"
#include "proxy/config/expansion.h"

namespace proxy::daemon {

// 1-128 of [A-Za-z0-9._-], beginning with a letter or digit: one file in a directory, never another
// place.
bool is_backup_name(std::string_view name);

// The path of a new file of that name in backup_dir, which is made (mode 0700) when it is missing.
// Empty: named for `at`. Errors: invalid_argument for a name that is none; config_invalid for an
// unset variable; the file system's.
base::Result<std::string> backup_path(base::FileSystem& files, const config::Config& config,
                                      const std::string& config_file, const std::string& data_dir,
                                      const config::Environment& environment, std::string_view name,
                                      base::WallTime at);

}  // namespace proxy::daemon
