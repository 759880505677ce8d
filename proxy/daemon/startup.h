// The single steps of starting the daemon: each reads or makes one thing, and says plainly why it
// cannot. Functions; they block on the disk, at start only.
#pragma once
#include <sys/resource.h>

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/result.h"
#include "proxy/config/config.h"
#include "proxy/config/content_hash.h"
#include "proxy/daemon/daemon.h"
#include "proxy/daemon/data_dir.h"
#include "proxy/security/api_key.h"
#include "storage/snapshot.h"
#include "storage/store.h"

namespace proxy::daemon {

// What the command line says goes before what the file says.
void lay_over(const DaemonOptions& options, config::Config& config);

struct LoadedConfig {
  config::Config config;
  config::ContentHash hash{};      // of the file's text
  std::vector<std::string> notes;  // for the log: what is hardly meant, or missing
};

// The file's configuration with the command line's laid over. Errors: config_invalid, with the path
// and every mistake on a line of its own.
base::Result<LoadedConfig> load_config(base::FileSystem& files, const DaemonOptions& options);

// Puts right what a crash in the middle of a write of the file has left, temporary files included.
// True when the file is to be read again.
base::Result<bool> recover_intent(base::FileSystem& files, storage::Store& store,
                                  const std::string& path, const storage::Snapshot& snapshot,
                                  base::WallTime now);

base::log::Level log_level_of(config::LogLevel level);
// Warns besides when others can look into the data directory.
base::Result<void> start_log(base::FileSystem& files, const config::Config& config,
                             const DataDir& data_dir);

// As many descriptors as the system lets us. Returns the original limits: children get them back.
rlimit raise_file_limit();

// The configured key, else the one in the data directory, made on the first start.
base::Result<security::ApiKey> load_api_key(base::FileSystem& files, const config::Config& config,
                                            const DataDir& data_dir);

}  // namespace proxy::daemon
