#include "proxy/config/to_json.h"

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "proxy/config/duration.h"

namespace proxy::config {
namespace {

using base::JsonWriter;

void write_value(JsonWriter& writer, const std::vector<std::string>& items) {
  writer.begin_array();
  for (const std::string& item : items) writer.value(item);
  writer.end_array();
}

void write_value(JsonWriter& writer, const std::map<std::string, std::string>& items) {
  writer.begin_object();
  for (const auto& [key, value] : items) writer.field(key, value);
  writer.end_object();
}

void write_value(JsonWriter& writer, Duration duration) {
  writer.value(format_duration(duration));
}

void write_value(JsonWriter& writer, const RateLimit& rate) {
  writer.begin_object();
  writer.field("calls_per_second", rate.calls_per_second);
  writer.field("burst", rate.burst);
  writer.end_object();
}

template <class T>
requires requires(JsonWriter& writer, const T& value) {
  writer.value(value);
}
void write_value(JsonWriter& writer, const T& value) {
  writer.value(value);
}

template <class T>
requires std::is_enum_v<T>
void write_value(JsonWriter& writer, T value) {
  writer.value(to_string(value));
}

// Writes the field unless it is at its default.
template <class T>
void field(JsonWriter& writer, std::string_view name, const T& value, const T& standard = T{}) {
  if (value == standard) return;
  writer.key(name);
  write_value(writer, value);
}

template <class T>
void field(JsonWriter& writer, std::string_view name, const std::optional<T>& value) {
  if (!value) return;
  writer.key(name);
  write_value(writer, *value);
}

void write_oauth(JsonWriter& writer, const OAuthConfig& oauth) {
  writer.key("oauth").begin_object();
  field(writer, "client_id", oauth.client_id);
  field(writer, "client_secret", oauth.client_secret);
  field(writer, "redirect_uri", oauth.redirect_uri);
  field(writer, "scopes", oauth.scopes);
  writer.field("pkce_enabled", oauth.pkce_enabled);
  field(writer, "extra_params", oauth.extra_params);
  writer.end_object();
}

void write_isolation(JsonWriter& writer, const IsolationConfig& isolation) {
  writer.key("isolation").begin_object();
  writer.field("enabled", isolation.enabled);
  field(writer, "image", isolation.image);
  field(writer, "network_mode", isolation.network_mode);
  field(writer, "memory_limit", isolation.memory_limit);
  field(writer, "cpu_limit", isolation.cpu_limit);
  field(writer, "working_dir", isolation.working_dir);
  field(writer, "extra_args", isolation.extra_args);
  writer.end_object();
}

void write_limits(JsonWriter& writer, const LimitsConfig& limits) {
  const LimitsConfig standard;
  if (limits == standard) return;
  writer.key("limits").begin_object();
  field(writer, "global", limits.global);
  field(writer, "per_client", limits.per_client);
  field(writer, "per_server", limits.per_server);
  field(writer, "calls_in_flight_max", limits.calls_in_flight_max, standard.calls_in_flight_max);
  field(writer, "sessions_max", limits.sessions_max, standard.sessions_max);
  field(writer, "message_bytes_max", limits.message_bytes_max, standard.message_bytes_max);
  field(writer, "redis_url", limits.redis_url);
  writer.end_object();
}

void write_cache(JsonWriter& writer, const CacheConfig& cache) {
  const CacheConfig standard;
  if (cache == standard) return;
  writer.key("cache").begin_object();
  field(writer, "enabled", cache.enabled);
  field(writer, "ttl", cache.ttl, standard.ttl);
  field(writer, "bytes_max", cache.bytes_max, standard.bytes_max);
  field(writer, "redis_url", cache.redis_url);
  writer.end_object();
}

void write_logging(JsonWriter& writer, const LoggingConfig& logging) {
  const LoggingConfig standard;
  if (logging == standard) return;
  writer.key("logging").begin_object();
  field(writer, "level", logging.level, standard.level);
  field(writer, "enable_console", logging.enable_console, standard.enable_console);
  field(writer, "enable_file", logging.enable_file, standard.enable_file);
  field(writer, "json_format", logging.json_format);
  field(writer, "filename", logging.filename, standard.filename);
  field(writer, "max_size", logging.file_bytes_max / (1024 * 1024),
        standard.file_bytes_max / (1024 * 1024));
  field(writer, "max_backups", logging.max_backups, standard.max_backups);
  writer.end_object();
}

void write_environment(JsonWriter& writer, const EnvironmentConfig& environment) {
  const EnvironmentConfig standard;
  if (environment == standard) return;
  writer.key("environment").begin_object();
  field(writer, "inherit_system_safe", environment.inherit_system_safe,
        standard.inherit_system_safe);
  field(writer, "allowed_system_vars", environment.allowed_system_vars);
  field(writer, "custom_vars", environment.custom_vars);
  field(writer, "path", environment.path);
  writer.end_object();
}

void write_search(JsonWriter& writer, const SearchConfig& search) {
  const SearchConfig standard;
  if (search == standard) return;
  writer.key("search").begin_object();
  field(writer, "synonyms", search.synonyms);
  field(writer, "count_use", search.count_use, standard.count_use);
  writer.end_object();
}

void write_settings(JsonWriter& writer, const Config& config) {
  const Config standard;
  writer.field("listen", to_string(config.listen));
  writer.field("data_dir", config.data_dir);
  if (!config.backup_dir.empty()) writer.field("backup_dir", config.backup_dir);
  field(writer, "routing_mode", config.routing_mode, standard.routing_mode);
  field(writer, "tools_limit", config.tools_limit, standard.tools_limit);
  field(writer, "tool_response_limit", config.tool_response_limit, standard.tool_response_limit);
  field(writer, "call_tool_timeout", config.call_tool_timeout, standard.call_tool_timeout);
  field(writer, "connect_timeout", config.connect_timeout, standard.connect_timeout);
  field(writer, "idle_timeout", config.idle_timeout, standard.idle_timeout);
  field(writer, "enable_lazy_loading", config.enable_lazy_loading);
  field(writer, "max_concurrent_connections", config.max_concurrent_connections,
        standard.max_concurrent_connections);
  field(writer, "auto_disable_threshold", config.auto_disable_threshold,
        standard.auto_disable_threshold);
  field(writer, "health_check_interval", config.health_check_interval,
        standard.health_check_interval);
  field(writer, "tool_discovery_interval", config.tool_discovery_interval,
        standard.tool_discovery_interval);
  field(writer, "tool_name_length_max", config.tool_name_length_max, standard.tool_name_length_max);
  field(writer, "api_key", config.api_key);
  field(writer, "require_mcp_auth", config.require_mcp_auth);
  field(writer, "local_users", config.local_users, standard.local_users);
  field(writer, "trusted_hosts", config.trusted_hosts);
  field(writer, "trusted_origins", config.trusted_origins);
  field(writer, "allow_mcp_management", config.allow_mcp_management);
  field(writer, "read_only_mode", config.read_only_mode);
  field(writer, "disable_management", config.disable_management);
}

// What holds a lazy server stands beside the mode.
void write_mode(JsonWriter& writer, const ServerConfig& server) {
  if (!server.lazy_when_released) {
    writer.field("startup_mode", to_string(server.startup_mode));
    return;
  }
  writer.field("startup_mode", to_string(StartupMode::lazy_loading));
  if (server.startup_mode == StartupMode::quarantined) {
    writer.field("quarantined", true);
  } else {
    writer.field("enabled", false);
  }
}

}  // namespace

void write_json(JsonWriter& writer, const ServerConfig& server) {
  writer.begin_object();
  writer.field("name", server.name);
  field(writer, "description", server.description);
  writer.field("protocol", to_string(server.protocol));
  field(writer, "command", server.command);
  field(writer, "args", server.args);
  field(writer, "env", server.env);
  field(writer, "working_dir", server.working_dir);
  field(writer, "url", server.url);
  field(writer, "headers", server.headers);
  field(writer, "ca_file", server.ca_file);
  write_mode(writer, server);
  field(writer, "groups", server.groups);
  field(writer, "tags", server.tags);
  field(writer, "connect_timeout", server.connect_timeout);
  field(writer, "call_timeout", server.call_timeout);
  field(writer, "idle_timeout", server.idle_timeout);
  field(writer, "auto_disable_threshold", server.auto_disable_threshold);
  field(writer, "health_check_interval", server.health_check_interval);
  field(writer, "health_check", server.health_check, true);
  field(writer, "max_concurrent_requests", server.max_concurrent_requests);
  field(writer, "queue_size", server.queue_size);
  field(writer, "sharing", server.sharing);
  field(writer, "protocol_era", server.protocol_era);
  field(writer, "enabled_tools", server.enabled_tools);
  field(writer, "disabled_tools", server.disabled_tools);
  if (server.oauth) write_oauth(writer, *server.oauth);
  if (server.isolation) write_isolation(writer, *server.isolation);
  writer.end_object();
}

void write_json(JsonWriter& writer, const GroupConfig& group) {
  writer.begin_object();
  field(writer, "id", group.id);
  writer.field("name", group.name);
  field(writer, "description", group.description);
  field(writer, "parent", group.parent);
  field(writer, "enabled", group.enabled, true);
  field(writer, "color", group.color);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Config& config) {
  writer.begin_object();
  write_settings(writer, config);
  write_limits(writer, config.limits);
  write_cache(writer, config.cache);
  write_logging(writer, config.logging);
  write_environment(writer, config.environment);
  write_search(writer, config.search);
  writer.key("groups").begin_array();
  for (const GroupConfig& group : config.groups) {
    if (group.declared) write_json(writer, group);
  }
  writer.end_array();
  writer.key("mcpServers").begin_array();
  for (const ServerConfig& server : config.servers) write_json(writer, server);
  writer.end_array();
  writer.end_object();
}

}  // namespace proxy::config
