// Where the daemon is and what opens it: options, environment, or the data directory, where only
// what this user alone can have put there is believed. Reads small files; nothing is kept.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"
#include "proxy/cli/console.h"
#include "proxy/cli/daemon_address.h"

namespace proxy::cli {

// What the options of all commands say about the daemon; empty: not given.
struct DaemonOptions {
  std::string url;
  std::string api_key;
  std::string data_dir;
  std::string config;
};

// --config, MCPTRUNK_CONFIG, else ~/.mcptrunk/mcp_config.json; "~" resolved.
std::string config_path(const DaemonOptions& options, const Environment& env);

// Whether it was named; then it must be there.
bool is_config_named(const DaemonOptions& options, const Environment& env);

// Whether the directory was; else it is the one of the configuration.
bool is_dir_named(const DaemonOptions& options, const Environment& env);

// --data-dir, MCPTRUNK_DATA_DIR, the configuration file's data_dir, else ~/.mcptrunk; "~" resolved.
// Of a file that is missing or broken: the directory whose daemon runs and says that it serves that
// file. Errors: config_invalid when a file was named and its directory cannot be told.
base::Result<std::string> data_dir(const DaemonOptions& options, const Environment& env,
                                   base::FileSystem& files);

// The unix socket of the data directory, unless an address is named by --url or MCPTRUNK_URL; then
// --api-key or MCPTRUNK_API_KEY goes there, else, to the port of the directory's daemon on a
// loopback address, its own key.
// Errors: those of data_dir(); forbidden when the directory or what lies there is not this user's
// alone, daemon_unreachable when no daemon holds its lock, conflict when the one that does serves
// another file than the one that was named, invalid_argument for a bad URL.
base::Result<DaemonAddress> find_daemon(const DaemonOptions& options, const Environment& env,
                                        base::FileSystem& files);

// The command that starts the daemon which these options mean: with those that were given, so that
// it is not another one's. What the environment says, it says there too.
std::string serve_command(const DaemonOptions& options);

// Whether a URL names this machine by a loopback address or "localhost".
bool is_loopback_url(std::string_view url);

}  // namespace proxy::cli
