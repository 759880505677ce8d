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

// daemon.json in the data directory, written (mode 0600) when the daemon is ready and removed when
// it ends: {"url":"http://127.0.0.1:8080","pid":4711}.
inline constexpr std::string_view kDaemonFile = "daemon.json";
inline constexpr std::string_view kApiKeyFile = "api_key";

// --config, MCPTRUNK_CONFIG, else ~/.mcptrunk/mcp_config.json; "~" resolved.
std::string config_path(const DaemonOptions& options, const Environment& env);

// --data-dir, MCPTRUNK_DATA_DIR, the configuration file's data_dir, else ~/.mcptrunk; "~" resolved.
std::string data_dir(const DaemonOptions& options, const Environment& env, base::FileSystem& files);

// --url and --api-key (MCPTRUNK_URL, MCPTRUNK_API_KEY) win over the files. The key of the data
// directory goes to loopback addresses only: it is never shown to another machine.
// Errors: daemon_unreachable when no daemon has left an address, invalid_argument for a bad URL.
base::Result<DaemonAddress> find_daemon(const DaemonOptions& options, const Environment& env,
                                        base::FileSystem& files);

// Whether a URL names this machine by a loopback address or "localhost".
bool is_loopback_url(std::string_view url);

}  // namespace proxy::cli
