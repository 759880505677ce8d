#include "proxy/config/settings_reader.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "proxy/config/server_reader.h"
#include "search/lexicon.h"

namespace proxy::config {
namespace {

using namespace std::chrono_literals;

constexpr Range<Duration> kTimeoutRange{100ms, 24h};
constexpr Range<std::uint64_t> kCountRange{1, 1'000'000};

// host:port; the host may be left out (loopback), IPv6 stands in brackets.
std::optional<Listen> parse_listen(std::string_view text) {
  Listen listen;
  const std::size_t colon = text.rfind(':');
  std::string_view host = colon == std::string_view::npos ? "" : text.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const char* end = port.data() + port.size();
  const auto parsed = std::from_chars(port.data(), end, listen.port);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool has_colon = host.find(':') != std::string_view::npos;
  const bool is_clean = host.find_first_of("[]/ \t") == std::string_view::npos;
  if (has_colon != bracketed || !is_clean) return std::nullopt;
  if (!host.empty()) listen.host = host;
  return listen;
}

void read_listen(ObjectReader& reader, Config& config) {
  const JsonNode* node = reader.take("listen", JsonKind::string);
  if (node == nullptr) return;
  const std::optional<Listen> listen = parse_listen(node->text);
  if (!listen) {
    reader.error(*node, fmt::format("\"{}\" is not an address to listen on", node->text),
                 "write \"127.0.0.1:8080\", \"[::1]:8080\" or \"localhost:8080\"");
    return;
  }
  if (node->text.starts_with(':')) {
    reader.warning(
        *node, "names no address, so only this machine can connect",
        fmt::format("write \"127.0.0.1{0}\", or \"0.0.0.0{0}\" for every interface", node->text));
  }
  config.listen = *listen;
}

void read_rate(ObjectReader& reader, std::string_view key, RateLimit& out) {
  const JsonNode* node = reader.take(key, JsonKind::object);
  if (node == nullptr) return;
  ObjectReader inner(*node, reader.path_of(*node), reader.diagnostics());
  inner.read("calls_per_second", out.calls_per_second, {0.0, 1e6});
  inner.read("burst", out.burst, {0, 1'000'000});
  inner.report_unused();
}

void read_limits(ObjectReader& reader, LimitsConfig& out) {
  const JsonNode* node = reader.take("limits", JsonKind::object);
  if (node == nullptr) return;
  ObjectReader inner(*node, reader.path_of(*node), reader.diagnostics());
  read_rate(inner, "global", out.global);
  read_rate(inner, "per_client", out.per_client);
  read_rate(inner, "per_server", out.per_server);
  inner.read("calls_in_flight_max", out.calls_in_flight_max, kCountRange);
  inner.read("sessions_max", out.sessions_max, kCountRange);
  inner.read("message_bytes_max", out.message_bytes_max, {64 * 1024, 1024 * 1024 * 1024});
  inner.read("redis_url", out.redis_url);
  for (const std::string_view key :
       {"global", "per_client", "per_server", "calls_in_flight_max", "sessions_max", "redis_url"}) {
    if (const JsonNode* given = inner.take(key)) {
      inner.no_effect(*given, "remove it; a server's \"max_concurrent_requests\" limits its calls");
    }
  }
  inner.report_unused();
}

void read_cache(ObjectReader& reader, CacheConfig& out) {
  const JsonNode* node = reader.take("cache", JsonKind::object);
  if (node == nullptr) return;
  ObjectReader inner(*node, reader.path_of(*node), reader.diagnostics());
  inner.read("enabled", out.enabled);
  inner.read("ttl", out.ttl, {1s, 30 * 24h});
  inner.read("bytes_max", out.bytes_max, {64 * 1024, 64ULL * 1024 * 1024 * 1024});
  inner.read("redis_url", out.redis_url);
  if (out.enabled) reader.no_effect(*node, "remove it: no result is answered from a cache");
  inner.report_unused();
}

void read_logging(ObjectReader& reader, LoggingConfig& out) {
  constexpr std::array kLevels{LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warning,
                               LogLevel::error};
  constexpr std::uint64_t kMebibyte = 1024 * 1024;
  const JsonNode* node = reader.take("logging", JsonKind::object);
  if (node == nullptr) return;
  ObjectReader inner(*node, reader.path_of(*node), reader.diagnostics());
  inner.read_enum("level", out.level, kLevels, {{"warning", LogLevel::warning}});
  inner.read("enable_console", out.enable_console);
  inner.read("enable_file", out.enable_file);
  inner.read("json_format", out.json_format);
  inner.read("filename", out.filename);
  std::uint64_t size = out.file_bytes_max / kMebibyte;
  inner.read("max_size", size, {1, 10'000});
  out.file_bytes_max = size * kMebibyte;
  inner.read("max_backups", out.max_backups, {0, 1'000});
  inner.report_unused();
}

void read_environment(ObjectReader& reader, EnvironmentConfig& out) {
  const JsonNode* node = reader.take("environment", JsonKind::object);
  if (node == nullptr) return;
  ObjectReader inner(*node, reader.path_of(*node), reader.diagnostics());
  inner.read("inherit_system_safe", out.inherit_system_safe);
  inner.read("allowed_system_vars", out.allowed_system_vars);
  inner.read("custom_vars", out.custom_vars);
  check_variables(inner, "custom_vars");
  for (const std::string& name : out.allowed_system_vars) {
    if (is_variable_name(name)) continue;
    inner.error(
        *node->find("allowed_system_vars"),
        fmt::format("\"{}\" cannot be the name of a variable", name.substr(0, name.find('='))),
        "use a name without = that is not empty");
  }
  inner.read("path", out.path);
  inner.report_unused();
}

// Each entry is tried on an empty lexicon, so that a mistake is told with its place.
void read_search(ObjectReader& reader, SearchConfig& out) {
  constexpr std::size_t kSynonymsMax = 10'000;
  const JsonNode* node = reader.take("search", JsonKind::object);
  if (node == nullptr) return;
  ObjectReader inner(*node, reader.path_of(*node), reader.diagnostics());
  inner.read("synonyms", out.synonyms);
  inner.read("count_use", out.count_use);
  inner.report_unused();
  if (out.synonyms.empty()) return;
  const JsonNode& list = *node->find("synonyms");
  if (out.synonyms.size() > kSynonymsMax) {
    inner.error(list, fmt::format("holds {} entries", out.synonyms.size()),
                fmt::format("use at most {}", kSynonymsMax));
    return;
  }
  for (std::size_t i = 0; i < out.synonyms.size(); ++i) {
    std::string& entry = out.synonyms[i];
    if (entry.find(':') == std::string::npos) entry = "same: " + entry;
    const auto read = search::Lexicon().extended(entry);
    if (!read)
      inner.error(list, fmt::format("entry {} (\"{}\"): {}", i + 1, entry, read.error().message),
                  read.error().remedy);
  }
}

}  // namespace

void read_settings(ObjectReader& reader, Config& config) {
  constexpr std::array kRoutingModes{RoutingMode::retrieve_tools, RoutingMode::direct};
  constexpr std::array kLocalUsers{LocalUsers::own, LocalUsers::all};
  read_listen(reader, config);
  reader.read("data_dir", config.data_dir);
  reader.read("backup_dir", config.backup_dir);
  reader.read_enum("routing_mode", config.routing_mode, kRoutingModes);
  reader.read("tools_limit", config.tools_limit, {1, 100});
  reader.read("tool_response_limit", config.tool_response_limit, {0, 1'000'000'000});
  reader.read("call_tool_timeout", config.call_tool_timeout, kTimeoutRange);
  reader.read("connect_timeout", config.connect_timeout, kTimeoutRange);
  reader.read("idle_timeout", config.idle_timeout, {0ms, 7 * 24h});
  reader.read("enable_lazy_loading", config.enable_lazy_loading);
  reader.read("max_concurrent_connections", config.max_concurrent_connections, {1, 1'000});
  reader.read("auto_disable_threshold", config.auto_disable_threshold, {0, 1'000});
  reader.read("health_check_interval", config.health_check_interval, kTimeoutRange);
  reader.read("tool_discovery_interval", config.tool_discovery_interval, {0ms, 7 * 24h});
  reader.read("tool_name_length_max", config.tool_name_length_max, {24, 128});
  reader.read("api_key", config.api_key);
  reader.read("require_mcp_auth", config.require_mcp_auth);
  reader.read_enum("local_users", config.local_users, kLocalUsers);
  reader.read("trusted_hosts", config.trusted_hosts);
  reader.read("trusted_origins", config.trusted_origins);
  reader.read("allow_mcp_management", config.allow_mcp_management);
  reader.read("read_only_mode", config.read_only_mode);
  reader.read("disable_management", config.disable_management);
  read_limits(reader, config.limits);
  read_cache(reader, config.cache);
  read_logging(reader, config.logging);
  read_environment(reader, config.environment);
  read_search(reader, config.search);
}

}  // namespace proxy::config
