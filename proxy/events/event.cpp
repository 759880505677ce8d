#include "proxy/events/event.h"

#include <algorithm>
#include <array>

namespace proxy::events {
namespace {

constexpr std::array<std::string_view, kEventTypeCount> kTypeNames{
    "server_state_changed", "server_config_changed", "server_auto_disabled", "group_changed",
    "catalog_changed",      "config_reloaded",       "config_rejected",      "cascade_guard",
    "store_state_changed",  "daemon_state_changed"};

}  // namespace

std::string_view to_string(EventType type) {
  return kTypeNames[static_cast<std::size_t>(type)];
}

std::optional<EventType> event_type_from(std::string_view text) {
  const auto* found = std::ranges::find(kTypeNames, text);
  if (found == kTypeNames.end()) return std::nullopt;
  return static_cast<EventType>(found - kTypeNames.begin());
}

std::string_view to_string(Change change) {
  switch (change) {
    case Change::added:
      return "added";
    case Change::changed:
      return "changed";
    case Change::removed:
      return "removed";
  }
  return "";
}

std::string_view to_string(DaemonState state) {
  switch (state) {
    case DaemonState::starting:
      return "starting";
    case DaemonState::ready:
      return "ready";
    case DaemonState::draining:
      return "draining";
    case DaemonState::stopped:
      return "stopped";
  }
  return "";
}

std::string_view server_of(const Event& event) {
  return std::visit(
      [](const auto& e) -> std::string_view {
        if constexpr (requires { e.server; }) return e.server;
        return {};
      },
      event);
}

bool concerns_group(const Event& event, std::string_view group) {
  return std::visit(
      [&](const auto& e) {
        if constexpr (requires { e.groups; }) {
          return std::ranges::find(e.groups, group) != e.groups.end();
        } else if constexpr (requires { e.group; }) {
          return e.group == group;
        } else {
          return false;
        }
      },
      event);
}

}  // namespace proxy::events
