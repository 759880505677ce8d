#include "proxy/tools/agent_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/shell_word.h"
#include "proxy/config/groups.h"
#include "upstream/fleet/upstream_spec.h"

namespace proxy::tools {
namespace {

using config::Config;
using config::Duration;
using config::GroupConfig;
using config::ServerConfig;
using config::StartupMode;

const std::uint32_t kQueueDefault = upstream::UpstreamSpec{}.queue_size;

base::Error refused(std::string what, std::string command) {
  return {base::ErrorCode::forbidden, fmt::format("agents may not {}", what),
          fmt::format("a person does it, with: mcptrunk {}", command)};
}

std::string on_server(std::string_view verb, const ServerConfig& server) {
  return fmt::format("servers {} {}", verb, base::shell_word(server.name));
}

std::string on_group(std::string_view verb, const GroupConfig& group) {
  return fmt::format("groups {} {}", verb, base::shell_word(group.name));
}

// --- tools

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// Every tool that `after` lets through, `before` let through.
bool offers_no_more(const ServerConfig& before, const ServerConfig& after) {
  if (after.enabled_tools) {
    return std::ranges::all_of(*after.enabled_tools, [&](const std::string& tool) {
      return before.enabled_tools ? has(*before.enabled_tools, tool)
                                  : !has(before.disabled_tools, tool);
    });
  }
  if (before.enabled_tools) return false;
  return std::ranges::all_of(before.disabled_tools, [&](const std::string& tool) {
    return has(after.disabled_tools, tool);
  });
}

// --- numbers: what holds when a field is absent counts, and 0 is no limit where it means that

std::uint64_t limit_or_none(std::uint32_t value) {
  return value == 0 ? std::numeric_limits<std::uint64_t>::max() : value;
}

std::uint64_t requests_of(const ServerConfig& server) {
  return limit_or_none(server.max_concurrent_requests.value_or(0));
}

Duration stops_after(const Config& config, const ServerConfig& server) {
  // How it comes back counts, not that it is held now.
  ServerConfig released = server;
  released.startup_mode = config::released_mode(server);
  return config::idle_stop_of(config, released).value_or(Duration::max());
}

// The field that went up; null when none did.
const char* raised(const Config& before_config, const ServerConfig& before,
                   const Config& after_config, const ServerConfig& after) {
  if (call_timeout_of(after_config, after) > call_timeout_of(before_config, before)) {
    return "call_timeout";
  }
  if (connect_timeout_of(after_config, after) > connect_timeout_of(before_config, before)) {
    return "connect_timeout";
  }
  if (stops_after(after_config, after) > stops_after(before_config, before)) return "idle_timeout";
  if (limit_or_none(auto_disable_threshold_of(after_config, after)) >
      limit_or_none(auto_disable_threshold_of(before_config, before))) {
    return "auto_disable_threshold";
  }
  if (requests_of(after) > requests_of(before)) return "max_concurrent_requests";
  if (after.queue_size.value_or(kQueueDefault) > before.queue_size.value_or(kQueueDefault)) {
    return "queue_size";
  }
  return nullptr;
}

// --- servers

// What an agent may write without quarantine, made equal: what differs then is launch and texts.
ServerConfig with_free_fields_of(const ServerConfig& from, ServerConfig to) {
  to.startup_mode = from.startup_mode;
  to.lazy_when_released = from.lazy_when_released;
  to.enabled_tools = from.enabled_tools;
  to.disabled_tools = from.disabled_tools;
  to.call_timeout = from.call_timeout;
  to.connect_timeout = from.connect_timeout;
  to.idle_timeout = from.idle_timeout;
  to.auto_disable_threshold = from.auto_disable_threshold;
  to.max_concurrent_requests = from.max_concurrent_requests;
  to.queue_size = from.queue_size;
  // Refused, not quarantined.
  to.groups = from.groups;
  to.health_check = from.health_check;
  to.health_check_interval = from.health_check_interval;
  return to;
}

base::Result<void> may_set_mode(const ServerConfig& before, const ServerConfig& after,
                                const AgentMark* mark) {
  const bool same_return = config::released_mode(before) == config::released_mode(after);
  const bool held = mark != nullptr && mark->held;
  if (after.startup_mode == StartupMode::quarantined && same_return) {
    // To approve it would be to enable it: a person who disabled it might not see that.
    if (before.startup_mode != StartupMode::disabled || held) return base::kDone;
    if (needs_quarantine(before, after)) {
      return refused(
          fmt::format("change what server {} runs or says, which a person disabled", before.name),
          on_server("update", before));
    }
    return refused(fmt::format("quarantine server {}, which a person disabled", before.name),
                   on_server("quarantine", before));
  }
  if (before.startup_mode == StartupMode::quarantined) {
    return refused(fmt::format("release server {}, which is quarantined", before.name),
                   on_server("approve", before));
  }
  if (!same_return) {
    return refused(fmt::format("change the startup_mode of server {}", before.name),
                   on_server("update", before));
  }
  if (before.startup_mode == after.startup_mode) return base::kDone;
  if (after.startup_mode == StartupMode::disabled) return base::kDone;
  if (held) return base::kDone;
  return refused(fmt::format("enable server {}, which a person disabled", before.name),
                 on_server("enable", before));
}

base::Result<void> may_change(const Config& before_config, const ServerConfig& before,
                              const Config& after_config, const ServerConfig& after,
                              const AgentMark* mark) {
  if (auto mode = may_set_mode(before, after, mark); !mode) return mode;
  // Its own, and nothing of it has run yet: a person looks at the whole of it in the end.
  const bool own = mark != nullptr && mark->added &&
                   before.startup_mode == StartupMode::quarantined &&
                   after.startup_mode == StartupMode::quarantined;
  if (own) return base::kDone;
  if (before.groups != after.groups) {
    return refused(fmt::format("change the groups of server {}", before.name),
                   "groups assign GROUP " + base::shell_word(before.name));
  }
  if (before.health_check != after.health_check ||
      before.health_check_interval != after.health_check_interval) {
    return refused(fmt::format("change how server {} is health-checked", before.name),
                   on_server("update", before));
  }
  if (!offers_no_more(before, after)) {
    return refused(fmt::format("let more tools of server {} through than now", before.name),
                   on_server("update", before));
  }
  if (const char* field = raised(before_config, before, after_config, after)) {
    return refused(fmt::format("raise {} of server {}", field, before.name),
                   on_server("update", before));
  }
  if (needs_quarantine(before, after) && after.startup_mode != StartupMode::quarantined) {
    return refused(fmt::format("change server {} and leave it running", before.name),
                   on_server("update", before));
  }
  return base::kDone;
}

base::Result<void> may_remove(const ServerConfig& server, const AgentMark* mark) {
  const bool own =
      mark != nullptr && mark->added && server.startup_mode == StartupMode::quarantined;
  if (own) return base::kDone;
  return refused(fmt::format("remove server {}, which a person added or approved", server.name),
                 on_server("remove", server));
}

base::Result<void> may_change_servers(const Config& before, const Config& after,
                                      const AgentMarks& marks) {
  for (const ServerConfig& server : before.servers) {
    const ServerConfig* next = after.find_server(server.name);
    auto allowed = next == nullptr ? may_remove(server, marks.find(before, server))
                   : *next == server
                       ? base::Result<void>(base::kDone)
                       : may_change(before, server, after, *next, marks.find(before, server));
    if (!allowed) return allowed;
  }
  for (const ServerConfig& server : after.servers) {
    if (before.find_server(server.name) != nullptr) continue;
    if (server.startup_mode == StartupMode::quarantined) continue;
    return refused(fmt::format("add server {} without quarantine", server.name), "servers add");
  }
  return base::kDone;
}

// --- groups

// An agent made it, and nothing stands in it or below it that could be released.
bool is_own_and_empty(const Config& config, const GroupConfig& group, const AgentMark* mark) {
  const bool is_parent = std::ranges::any_of(
      config.groups, [&](const GroupConfig& other) { return other.parent == group.name; });
  return mark != nullptr && mark->added && !is_parent &&
         config::members_of(config, group.name, config::Reach::direct).empty();
}

base::Result<void> may_change(const Config& config, const GroupConfig& before,
                              const GroupConfig& after, const AgentMark* mark) {
  if (is_own_and_empty(config, before, mark)) return base::kDone;
  GroupConfig rest = after;
  rest.enabled = before.enabled;
  rest.declared = before.declared;
  if (rest != before) {
    return base::Error{
        base::ErrorCode::forbidden,
        fmt::format("agents may only disable group {}: it is not theirs alone", before.name),
        "a person edits the group in the configuration file"};
  }
  if (before.enabled || !after.enabled) return base::kDone;
  if (mark != nullptr && mark->held) return base::kDone;
  return refused(fmt::format("enable group {}, which a person disabled", before.name),
                 on_group("enable", before));
}

base::Result<void> may_change_groups(const Config& before, const Config& after,
                                     const AgentMarks& marks) {
  for (const GroupConfig& group : before.groups) {
    const GroupConfig* next = after.find_group(group.name);
    const AgentMark* mark = marks.find(before, group);
    if (next == nullptr) {
      if (!group.declared || is_own_and_empty(before, group, mark)) continue;
      return refused(fmt::format("remove or rename group {}", group.name),
                     on_group("remove", group));
    }
    if (*next == group) continue;
    if (auto allowed = may_change(before, group, *next, mark); !allowed) return allowed;
  }
  return base::kDone;
}

Config settings_of(Config config) {
  config.servers.clear();
  config.groups.clear();
  return config;
}

}  // namespace

bool needs_quarantine(const ServerConfig& before, const ServerConfig& after) {
  return with_free_fields_of(before, after) != before;
}

base::Result<void> agent_may(const Config& before, const Config& after, const AgentMarks& marks) {
  if (settings_of(before) != settings_of(after)) {
    return base::Error{base::ErrorCode::forbidden, "agents may not change the settings of mcptrunk",
                       "a person edits the configuration file"};
  }
  if (auto servers = may_change_servers(before, after, marks); !servers) return servers;
  return may_change_groups(before, after, marks);
}

}  // namespace proxy::tools
