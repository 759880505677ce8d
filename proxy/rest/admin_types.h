// What the admin interface says and takes, as typed values: the daemon fills them, json.h writes
// them. Values.
//
// string_view members point into the daemon's own data and are valid until the loop's turn ends;
// whoever answers later copies. All texts are UTF-8 and free of secrets ("***").
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "proxy/config/actor.h"
#include "proxy/config/config.h"
#include "proxy/config/content_hash.h"
#include "proxy/config/diff.h"
#include "proxy/events/event.h"
#include "proxy/events/event_id.h"
#include "search/tool_index.h"
#include "upstream/lifecycle/state.h"

namespace proxy::rest {

struct DaemonStatus {
  std::string_view version;
  events::DaemonState state = events::DaemonState::starting;
  std::int64_t pid = 0;
  base::WallTime started{};
  std::chrono::milliseconds uptime{};
  std::string url;  // of the MCP endpoint: "http://127.0.0.1:8080/mcp"
  std::string data_dir;
  std::string config_path;
  std::string config_rejected;                 // why the file is not what runs; empty when it is
  std::vector<config::Setting> needs_restart;  // changed since the start, without effect until then
  config::RoutingMode routing_mode = config::RoutingMode::retrieve_tools;
  config::LocalUsers local_users = config::LocalUsers::own;
  bool knows_local_users = true;  // the system tells which user connects over TCP

  std::uint32_t servers = 0;
  std::uint32_t servers_enabled = 0;                                    // may run
  std::array<std::uint32_t, upstream::kStateCount> servers_by_state{};  // by upstream::State
  std::uint32_t tools = 0;                                              // searchable
  std::uint32_t slots_in_use = 0;
  std::uint32_t slots = 0;
  bool cascade_guard = false;
  bool store_available = true;

  std::uint32_t sessions = 0;  // downstream
  std::uint32_t calls_in_flight = 0;
  std::uint64_t calls = 0;  // since the start
  std::uint64_t calls_failed = 0;
  std::uint64_t requests = 0;     // HTTP, since the start
  std::uint32_t connections = 0;  // HTTP, now
  std::uint64_t rss_anon_bytes = 0;
  std::uint64_t rss_file_bytes = 0;
  std::uint32_t open_files = 0;
  events::EventId event_id;
};

// Why a server failed last.
struct LastError {
  base::ErrorCode code = base::ErrorCode::internal;
  std::string_view message;
  std::string_view remedy;
  std::optional<base::WallTime> at;
  bool current = false;  // it keeps the server from serving now; else it is history
};

// What is wrong with a server that runs all the same.
struct Warning {
  base::ErrorCode code = base::ErrorCode::internal;
  std::string message;
  std::string remedy;
};

struct ServerRow {
  std::string_view name;
  std::string_view description;
  config::StartupMode startup_mode = config::StartupMode::active;  // the intent in the file
  upstream::State state = upstream::State::disabled;
  base::WallTime since{};
  std::string_view reason;  // why it is in this state; may be empty
  std::vector<std::string_view> groups;
  std::uint32_t tool_count = 0;
  std::string_view held_by;  // what keeps an allowed server from running: "group db"; may be empty
  std::optional<config::Actor>
      stopped_by;  // who disabled or quarantined it; nothing: it is neither
  std::optional<LastError> last_error;
  std::vector<Warning> warnings;
  config::Protocol protocol = config::Protocol::stdio;
  std::optional<base::WallTime> next_try;
  std::int64_t pid = 0;  // 0: none
};

struct ServerList {
  std::vector<ServerRow> servers;
  events::EventId event_id;  // the list is true at this event
};

struct ServerDetail {
  ServerRow row;
  std::string_view command;
  std::vector<std::string_view> args;  // only what is harmless is shown
  std::string url;                     // up to the first segment that is not harmless
  std::string_view working_dir;
  std::vector<std::string_view> env_names;
  std::vector<std::string_view> header_names;
  std::vector<std::string_view> tags;

  std::string_view reported_name;  // serverInfo of the last handshake of this run; may be empty
  std::string_view reported_version;
  std::string_view protocol_revision;

  bool known_good = false;
  std::uint32_t consecutive_failures = 0;
  std::uint32_t auto_disable_threshold = 0;
  std::string_view auto_disabled_reason;      // empty unless auto_disabled
  std::vector<std::string_view> stderr_tail;  // of the last failure, oldest first
  std::uint64_t starts = 0;
  std::uint64_t failures = 0;
  std::uint64_t calls = 0;
  std::uint64_t calls_failed = 0;
  std::uint32_t calls_in_flight = 0;
  std::uint32_t instances = 0;           // for single clients, that run
  bool asks_client = false;              // which is why it has instances, whatever its sharing
  std::uint64_t catalog_generation = 0;  // 0: never listed
  std::string log_path;
  std::string config;  // the entry as JSON, as PATCH takes it back; secrets masked
  config::ContentHash etag{};
  events::EventId event_id;
};

struct ToolView {
  std::string_view server;
  std::string_view name;        // the upstream's own
  std::string_view definition;  // the upstream's raw JSON object of the tool
  upstream::State state = upstream::State::idle;
};

struct ToolPage {
  std::vector<ToolView> tools;  // by server and name
  std::string next_cursor;      // empty: the last page
};

struct SearchRequest {
  std::string query;
  std::uint32_t limit = 15;
  std::string server;  // empty: all
  std::string group;   // empty: all
  bool read_only = false;
  bool explain = false;
};

struct SearchAnswer {
  search::SearchAnswer found;
  std::vector<ToolView> tools;  // of found.hits, in their order
};

struct ToolCall {
  std::string id;                                    // "server:tool"
  std::string arguments;                             // raw JSON object
  std::optional<std::chrono::milliseconds> timeout;  // absent: the server's call timeout
};

enum class ServerAction : std::uint8_t { enable, disable, restart, quarantine, approve };
std::string_view to_string(ServerAction action);

// The intent is committed; what becomes of it is seen in the state.
struct ServerActionAnswer {
  std::string server;
  bool changed = false;  // false: it was so before
  config::StartupMode startup_mode = config::StartupMode::active;
  upstream::State state = upstream::State::disabled;
  std::string held_by;
  std::vector<Warning> warnings;  // of its name, when it looks like another's
};

enum class GroupAction : std::uint8_t { enable, disable, restart };
std::string_view to_string(GroupAction action);

struct GroupRow {
  std::string_view name;
  std::string_view description;
  std::string_view parent;
  std::string_view color;
  bool enabled = true;
  std::optional<config::Actor> stopped_by;  // who disabled it; nothing: it is enabled
  std::string_view held_by;  // the disabled ancestor that holds an enabled group; may be empty
  std::vector<std::string_view> members;
  std::uint32_t ready = 0;  // of the members
};

struct GroupDetail {
  GroupRow row;
  config::ContentHash etag{};
  events::EventId event_id;
};

struct GroupList {
  std::vector<GroupRow> groups;
  events::EventId event_id;
};

struct GroupMember {
  std::string server;
  config::StartupMode effective_mode = config::StartupMode::active;
  std::string held_by;
};

struct FailedMember {
  std::string server;
  base::Error error;
};

struct GroupActionAnswer {
  std::string group;
  std::uint32_t updated = 0;
  std::uint32_t unchanged = 0;
  std::vector<FailedMember> failed;
  std::vector<GroupMember> members;
};

// A group to be.
struct GroupDraft {
  config::GroupConfig group;
  std::vector<std::string> members;
};

// What is to change of a group; what is absent stays.
struct GroupChanges {
  std::optional<std::string> name;  // with every reference to it
  std::optional<std::string> description;
  std::optional<std::string> parent;  // empty: none
  std::optional<std::string> color;
  std::optional<bool> enabled;
  std::optional<std::vector<std::string>> members;  // these and no others
  std::vector<std::string> assign;
  std::vector<std::string> unassign;
};

struct ConfigView {
  std::string json;  // secrets masked
  config::ContentHash etag{};
};

struct ConfigChange {
  config::ConfigDiff difference;
  config::ContentHash etag{};
};

}  // namespace proxy::rest
