#include "proxy/config/diff.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "proxy/config/groups.h"

namespace proxy::config {
namespace {

struct Row {
  Setting setting;
  std::string_view name;
  bool (*same)(const Config& a, const Config& b);
};

bool same_log(const Config& a, const Config& b) {
  LoggingConfig levelled = a.logging;
  levelled.level = b.logging.level;
  return levelled == b.logging;
}

#define MCPTRUNK_SETTING(name)                                                              \
  Row {                                                                                     \
    Setting::name, #name, [](const Config& a, const Config& b) { return a.name == b.name; } \
  }
constexpr std::array kSettings{
    MCPTRUNK_SETTING(listen),
    MCPTRUNK_SETTING(data_dir),
    MCPTRUNK_SETTING(backup_dir),
    MCPTRUNK_SETTING(routing_mode),
    MCPTRUNK_SETTING(tools_limit),
    MCPTRUNK_SETTING(tool_response_limit),
    MCPTRUNK_SETTING(call_tool_timeout),
    MCPTRUNK_SETTING(connect_timeout),
    MCPTRUNK_SETTING(idle_timeout),
    MCPTRUNK_SETTING(enable_lazy_loading),
    MCPTRUNK_SETTING(max_concurrent_connections),
    MCPTRUNK_SETTING(auto_disable_threshold),
    MCPTRUNK_SETTING(health_check_interval),
    MCPTRUNK_SETTING(tool_discovery_interval),
    MCPTRUNK_SETTING(tool_name_length_max),
    MCPTRUNK_SETTING(api_key),
    MCPTRUNK_SETTING(require_mcp_auth),
    MCPTRUNK_SETTING(local_users),
    MCPTRUNK_SETTING(trusted_hosts),
    MCPTRUNK_SETTING(trusted_origins),
    MCPTRUNK_SETTING(allow_mcp_management),
    MCPTRUNK_SETTING(read_only_mode),
    MCPTRUNK_SETTING(disable_management),
    MCPTRUNK_SETTING(limits),
    MCPTRUNK_SETTING(cache),
    Row{Setting::log_level, "logging.level",
        [](const Config& a, const Config& b) { return a.logging.level == b.logging.level; }},
    Row{Setting::logging, "logging", same_log},
    MCPTRUNK_SETTING(environment),
    MCPTRUNK_SETTING(search),
};
#undef MCPTRUNK_SETTING
static_assert(kSettings.size() == static_cast<std::size_t>(Setting::search) + 1);

template <class T>
std::map<std::string_view, const T*> by_name(const std::vector<T>& items) {
  std::map<std::string_view, const T*> out;
  for (const T& item : items) out.emplace(item.name, &item);
  return out;
}

auto endpoint(const ServerConfig& s) {
  return std::tie(s.command, s.args, s.env, s.working_dir, s.url, s.headers, s.ca_file, s.protocol,
                  s.sharing, s.protocol_era, s.oauth, s.isolation);
}
auto tools(const ServerConfig& s) {
  return std::tie(s.enabled_tools, s.disabled_tools);
}
auto searchable(const ServerConfig& s) {
  return std::tie(s.description, s.tags, s.groups);
}
auto settings(const ServerConfig& s) {
  return std::tie(s.connect_timeout, s.call_timeout, s.idle_timeout, s.auto_disable_threshold,
                  s.health_check_interval, s.health_check, s.max_concurrent_requests, s.queue_size);
}

auto mode(const ServerConfig& s) {
  return std::tie(s.startup_mode, s.lazy_when_released);
}

ServerChange change_of(const ServerConfig& from, const ServerConfig& to) {
  return {to.name,
          endpoint(from) != endpoint(to),
          tools(from) != tools(to),
          searchable(from) != searchable(to),
          settings(from) != settings(to),
          mode(from) != mode(to)};
}

ServerChange unchanged(const std::string& server) {
  ServerChange out;
  out.server = server;
  return out;
}

void compare_servers(const Config& from, const Config& to, ConfigDiff& out) {
  const auto old_servers = by_name(from.servers);
  const auto new_servers = by_name(to.servers);
  for (const ServerConfig& server : from.servers) {
    if (!new_servers.contains(server.name)) out.servers_removed.push_back(server.name);
  }
  for (const ServerConfig& server : to.servers) {
    const auto old = old_servers.find(server.name);
    if (old == old_servers.end()) {
      out.servers_added.push_back(server.name);
      continue;
    }
    const ServerChange change = change_of(*old->second, server);
    if (change != unchanged(server.name)) {
      out.servers_changed.push_back(change);
    }
  }
}

void compare_modes(const Config& from, const Config& to, ConfigDiff& out) {
  std::map<std::string, StartupMode, std::less<>> before;
  for (const EffectiveMode& item : effective_modes(from)) before.emplace(item.server, item.mode);
  for (const EffectiveMode& item : effective_modes(to)) {
    const auto old = before.find(item.server);
    if (old != before.end() && old->second != item.mode) {
      out.modes_changed.push_back({item.server, old->second, item.mode});
    }
  }
}

void compare_groups(const Config& from, const Config& to, ConfigDiff& out) {
  const auto old_groups = by_name(from.groups);
  const auto new_groups = by_name(to.groups);
  for (const GroupConfig& group : from.groups) {
    if (!new_groups.contains(group.name)) out.groups_removed.push_back(group.name);
  }
  for (const GroupConfig& group : to.groups) {
    const auto old = old_groups.find(group.name);
    if (old == old_groups.end()) {
      out.groups_added.push_back(group.name);
    } else if (*old->second != group) {
      out.groups_changed.push_back(group.name);
    }
  }
}

}  // namespace

std::string_view to_string(Setting setting) {
  return kSettings.at(static_cast<std::size_t>(setting)).name;
}

bool needs_daemon_restart(Setting setting) {
  return setting == Setting::listen || setting == Setting::data_dir || setting == Setting::limits ||
         setting == Setting::logging;
}

bool ConfigDiff::empty() const {
  return servers_added.empty() && servers_removed.empty() && servers_changed.empty() &&
         modes_changed.empty() && groups_added.empty() && groups_removed.empty() &&
         groups_changed.empty() && settings_changed.empty();
}

ConfigDiff diff(const Config& from, const Config& to) {
  ConfigDiff out;
  compare_servers(from, to, out);
  compare_modes(from, to, out);
  compare_groups(from, to, out);
  for (const Row& row : kSettings) {
    if (!row.same(from, to)) out.settings_changed.push_back(row.setting);
  }
  return out;
}

}  // namespace proxy::config
