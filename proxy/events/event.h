// What happened to the daemon's state: one struct for each kind of state event. Values.
//
// All texts are bounded by whoever publishes. `server_state` texts are the words of
// upstream::to_string(State). `groups` are the groups of the server at that moment: filters go by
// them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace proxy::events {

enum class EventType : std::uint8_t {
  server_state_changed,
  server_config_changed,
  server_auto_disabled,
  group_changed,
  catalog_changed,
  config_reloaded,
  config_rejected,
  cascade_guard,
  store_state_changed,
  daemon_state_changed,
};
inline constexpr std::size_t kEventTypeCount =
    static_cast<std::size_t>(EventType::daemon_state_changed) + 1;

// "server_state_changed" and so on: stable.
std::string_view to_string(EventType type);
std::optional<EventType> event_type_from(std::string_view text);

// What became of a named thing of the configuration.
enum class Change : std::uint8_t { added, changed, removed };
std::string_view to_string(Change change);

enum class DaemonState : std::uint8_t { starting, ready, draining, stopped };
std::string_view to_string(DaemonState state);

struct ServerStateChanged {
  std::string server;
  std::vector<std::string> groups;
  std::string from;
  std::string to;
  std::string reason;  // one plain sentence; may be empty
};

struct ServerConfigChanged {
  std::string server;
  std::vector<std::string> groups;
  Change change = Change::changed;
};

struct ServerAutoDisabled {
  std::string server;
  std::vector<std::string> groups;
  std::uint32_t failures = 0;  // consecutive ones
  std::string code;            // of the last failure: "MCPT_..."
  std::string reason;
};

struct GroupChanged {
  std::string group;
  Change change = Change::changed;
  bool enabled = true;
  std::uint32_t servers_updated = 0;
};

// Counts over all lists of a server (tools, prompts, resources, templates); not names: there may be
// thousands.
struct CatalogChanged {
  std::string server;
  std::vector<std::string> groups;
  std::uint64_t generation = 0;
  std::uint32_t added = 0;
  std::uint32_t removed = 0;
  std::uint32_t changed = 0;
};

struct ConfigReloaded {
  std::uint32_t servers_added = 0;
  std::uint32_t servers_changed = 0;
  std::uint32_t servers_removed = 0;
};

struct ConfigRejected {
  std::string error;  // the first problem, with its line
  std::uint32_t errors = 1;
};

struct CascadeGuard {
  bool tripped = false;
  std::uint32_t failed = 0;     // distinct known-good servers
  std::uint32_t attempted = 0;  // of these
};

struct StoreStateChanged {
  bool available = true;
  std::string reason;
};

struct DaemonStateChanged {
  DaemonState state = DaemonState::starting;
  std::string reason;  // one plain sentence; may be empty
};

// In the order of EventType.
using Event = std::variant<ServerStateChanged, ServerConfigChanged, ServerAutoDisabled,
                           GroupChanged, CatalogChanged, ConfigReloaded, ConfigRejected,
                           CascadeGuard, StoreStateChanged, DaemonStateChanged>;
static_assert(std::variant_size_v<Event> == kEventTypeCount);

inline EventType type_of(const Event& event) {
  return static_cast<EventType>(event.index());
}

// The server an event is about; empty when it is about none.
std::string_view server_of(const Event& event);
// Whether the event is about `group` itself or about a server in it.
bool concerns_group(const Event& event, std::string_view group);

}  // namespace proxy::events
