// Where the daemon is and which key opens it: options, environment, or the files it leaves in its
// data directory. Reads small files; nothing is kept.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"
#include "proxy/cli/console.h"

namespace proxy::cli {

// What the options of all commands say about the daemon; empty: not given.
struct DaemonOptions {
  std::string url;
  std::string api_key;
  std::string data_dir;
  std::string config;
};

struct DaemonAddress {
  std::string url;      // "http://127.0.0.1:8080", without a slash or /mcp at the end
  std::string api_key;  // empty: none known
};

inline constexpr std::string_view kApiKeyFile = "api_key";

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

// --url and --api-key (MCPTRUNK_URL, MCPTRUNK_API_KEY) win over the files. The key of the data
// directory goes to loopback addresses only: it is never shown to another machine.
// Errors: those of data_dir(); daemon_unreachable when no daemon has left an address, conflict when
// the one that has serves another file than the one that was named, invalid_argument for a bad URL.
base::Result<DaemonAddress> find_daemon(const DaemonOptions& options, const Environment& env,
                                        base::FileSystem& files);

// Whether a URL names this machine by a loopback address or "localhost".
bool is_loopback_url(std::string_view url);

}  // namespace proxy::cli
