// What lies between two configurations, typed, so that a reload touches only what changed. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/config.h"

namespace proxy::config {

// The top level's fields. Order and names: kSettings in diff.cpp.
enum class Setting : std::uint8_t {
  listen,
  data_dir,
  backup_dir,
  routing_mode,
  tools_limit,
  tool_response_limit,
  call_tool_timeout,
  connect_timeout,
  idle_timeout,
  enable_lazy_loading,
  max_concurrent_connections,
  auto_disable_threshold,
  health_check_interval,
  tool_discovery_interval,
  tool_name_length_max,
  api_key,
  require_mcp_auth,
  local_users,
  trusted_hosts,
  trusted_origins,
  allow_mcp_management,
  read_only_mode,
  disable_management,
  limits,
  cache,
  log_level,
  logging,      // all but the level
  environment,  // reaches a child at its next start
  search,
};
std::string_view to_string(Setting setting);
// Takes effect only when the daemon is started anew.
bool needs_daemon_restart(Setting setting);

struct ServerChange {
  std::string server;
  bool endpoint = false;    // what is run or dialled, or how: a running server must be started anew
  bool tools = false;       // enabled_tools or disabled_tools: the visible list differs
  bool searchable = false;  // description, tags or groups: the index differs
  bool settings = false;    // times and limits: apply at once
  bool mode = false;        // the server's own startup_mode; what follows stands in modes_changed
  bool operator==(const ServerChange&) const = default;
};

struct ModeChange {
  std::string server;
  StartupMode from = StartupMode::active;
  StartupMode to = StartupMode::active;
  bool operator==(const ModeChange&) const = default;
};

struct ConfigDiff {
  std::vector<std::string> servers_added;
  std::vector<std::string> servers_removed;
  std::vector<ServerChange> servers_changed;
  // Effective modes, groups and lazy loading included, of servers in both configurations.
  std::vector<ModeChange> modes_changed;
  std::vector<std::string> groups_added;
  std::vector<std::string> groups_removed;
  std::vector<std::string> groups_changed;
  std::vector<Setting> settings_changed;

  bool empty() const;
};

// The order of servers and groups does not matter. Cost: n log n.
ConfigDiff diff(const Config& from, const Config& to);

}  // namespace proxy::config
