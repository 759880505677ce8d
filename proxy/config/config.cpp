#include "proxy/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace proxy::config {
namespace {

template <class T>
const T* find_named(const std::vector<T>& items, std::string_view name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const T& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

template <std::size_t kCount, class Enum>
std::string_view word(const std::array<std::string_view, kCount>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

}  // namespace

std::string_view to_string(StartupMode mode) {
  constexpr std::array<std::string_view, 4> kWords{"active", "lazy_loading", "disabled",
                                                   "quarantined"};
  return word(kWords, mode);
}

std::string_view to_string(Protocol protocol) {
  constexpr std::array<std::string_view, 5> kWords{"stdio", "http", "streamable-http", "sse",
                                                   "auto"};
  return word(kWords, protocol);
}

std::string_view to_string(Sharing sharing) {
  constexpr std::array<std::string_view, 2> kWords{"shared", "session"};
  return word(kWords, sharing);
}

std::string_view to_string(RoutingMode mode) {
  constexpr std::array<std::string_view, 2> kWords{"retrieve_tools", "direct"};
  return word(kWords, mode);
}

std::string_view to_string(LocalUsers users) {
  constexpr std::array<std::string_view, 2> kWords{"own", "all"};
  return word(kWords, users);
}

std::string_view to_string(ProtocolEra era) {
  constexpr std::array<std::string_view, 7> kWords{
      "auto", "legacy", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"};
  return word(kWords, era);
}

std::string_view to_string(LogLevel level) {
  constexpr std::array<std::string_view, 5> kWords{"trace", "debug", "info", "warn", "error"};
  return word(kWords, level);
}

std::string to_string(const Listen& listen) {
  const bool is_ipv6 = listen.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", listen.host, listen.port)
                 : fmt::format("{}:{}", listen.host, listen.port);
}

const ServerConfig* Config::find_server(std::string_view name) const {
  return find_named(servers, name);
}

const GroupConfig* Config::find_group(std::string_view name) const {
  return find_named(groups, name);
}

Duration connect_timeout_of(const Config& config, const ServerConfig& server) {
  return server.connect_timeout.value_or(config.connect_timeout);
}

Duration call_timeout_of(const Config& config, const ServerConfig& server) {
  return server.call_timeout.value_or(config.call_tool_timeout);
}

Duration health_check_interval_of(const Config& config, const ServerConfig& server) {
  return server.health_check_interval.value_or(config.health_check_interval);
}

std::uint32_t auto_disable_threshold_of(const Config& config, const ServerConfig& server) {
  return server.auto_disable_threshold.value_or(config.auto_disable_threshold);
}

std::optional<Duration> idle_stop_of(const Config& config, const ServerConfig& server) {
  const bool lazy = mode_of(config, server) == StartupMode::lazy_loading;
  if (!server.idle_timeout && !lazy) return std::nullopt;
  const Duration after = server.idle_timeout.value_or(config.idle_timeout);
  return after.count() == 0 ? std::nullopt : std::optional(after);
}

bool may_run(StartupMode mode) {
  return mode == StartupMode::active || mode == StartupMode::lazy_loading;
}

StartupMode released_mode(const ServerConfig& server) {
  if (may_run(server.startup_mode)) return server.startup_mode;
  return server.lazy_when_released ? StartupMode::lazy_loading : StartupMode::active;
}

void set_mode(ServerConfig& server, StartupMode mode) {
  server.lazy_when_released = !may_run(mode) && released_mode(server) == StartupMode::lazy_loading;
  server.startup_mode = mode;
}

StartupMode mode_of(const Config& config, const ServerConfig& server) {
  if (server.startup_mode == StartupMode::active && config.enable_lazy_loading) {
    return StartupMode::lazy_loading;
  }
  return server.startup_mode;
}

}  // namespace proxy::config
