#include "proxy/daemon/admin.h"

#include <unistd.h>

#include <algorithm>

#include "base/shell_word.h"
#include "proxy/config/groups.h"
#include "proxy/config/redaction.h"
#include "proxy/config/to_json.h"
#include "proxy/daemon/group_members.h"
#include "proxy/daemon/process_memory.h"
#include "proxy/daemon/server_warnings.h"
#include "proxy/routing/router.h"

namespace proxy::daemon {
namespace {

using upstream::State;

// Milliseconds of one page of tools would hold the loop; the command line pages anyway.
constexpr std::uint32_t kToolsPerPageMax = 1000;

template <class Names>
std::vector<std::string_view> names_of(const Names& map) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

// Whether what failed last is what keeps it from serving.
bool is_failing(const upstream::UpstreamView& view) {
  switch (view.state) {
    case State::unconfigured:
    case State::backoff:
    case State::login_required:
    case State::auto_disabled:
      return true;
    case State::queued:
    case State::connecting:
      return view.memory->consecutive_failures > 0;
    case State::disabled:
    case State::quarantined:
    case State::idle:
    case State::ready:
    case State::stopping:
      return false;
  }
  return false;
}

rest::LastError last_error_of(const upstream::UpstreamMemory& memory) {
  rest::LastError error;
  error.code = upstream::error_code(memory.last_failure->kind);
  error.message = memory.last_failure->message;
  error.remedy = memory.last_failure->remedy;
  error.at = memory.last_failure_wall;
  return error;
}

bool may_run(State state) {
  return state != State::disabled && state != State::quarantined && state != State::auto_disabled;
}

}  // namespace

rest::ServerRow Admin::row_of(const config::ServerConfig& server) const {
  rest::ServerRow row;
  row.name = server.name;
  row.description = server.description;
  row.startup_mode = server.startup_mode;
  row.protocol = server.protocol;
  if (!config::may_run(server.startup_mode)) {
    row.stopped_by = parts_.intent.decisions().held_by(tools::Marked::server, server.name);
  }
  row.groups.assign(server.groups.begin(), server.groups.end());
  const auto id = parts_.fleet.find(server.name);
  if (!id) return row;
  const auto view = parts_.fleet.view(*id);
  row.state = view->state;
  row.since = view->since;
  row.reason = view->reason;
  row.held_by = view->spec->held_by;
  row.next_try = view->next_try;
  row.pid = view->pid;
  if (view->problem != nullptr) {
    row.last_error = {view->problem->code, view->problem->message, view->problem->remedy, {}};
  } else if (view->memory->last_failure) {
    row.last_error = last_error_of(*view->memory);
  }
  if (row.last_error) row.last_error->current = is_failing(*view);
  row.warnings = warnings_of(*view);
  if (const std::string* other = look_alike_of(server.name)) {
    row.warnings.push_back(look_alike_warning(*other));
  }
  if (const auto* catalog = parts_.catalog.server(*id)) {
    row.tool_count = static_cast<std::uint32_t>(catalog->tools().size());
  }
  return row;
}

const std::string* Admin::look_alike_of(std::string_view server) const {
  if (look_alikes_of_ != parts_.intent.config()) {
    look_alikes_of_ = parts_.intent.config();
    look_alikes_ = config::server_look_alikes(*look_alikes_of_);
  }
  const auto found = look_alikes_.find(server);
  return found == look_alikes_.end() ? nullptr : &found->second;
}

rest::ServerList Admin::servers() {
  rest::ServerList list;
  for (const config::ServerConfig& server : parts_.intent.config()->servers) {
    list.servers.push_back(row_of(server));
  }
  list.event_id = parts_.bus.last_id();
  return list;
}

base::Result<rest::ServerDetail> Admin::server(std::string_view name) {
  const config::ServerConfig* shown = masked().find_server(name);
  const auto id = parts_.fleet.find(name);
  if (shown == nullptr || !id) return routing::unknown_server(parts_.fleet, name);
  const auto view = parts_.fleet.view(*id);
  rest::ServerDetail detail;
  detail.row = row_of(*shown);
  detail.command = shown->command;
  detail.args.assign(shown->args.begin(), shown->args.end());
  detail.url = shown->url;
  detail.working_dir = shown->working_dir;
  detail.env_names = names_of(shown->env);
  detail.header_names = names_of(shown->headers);
  detail.tags.assign(shown->tags.begin(), shown->tags.end());
  if (view->server != nullptr) {
    detail.reported_name = view->server->name;
    detail.reported_version = view->server->version;
    detail.protocol_revision = view->server->protocol_version;
  }
  detail.known_good = view->memory->known_good;
  detail.consecutive_failures = view->memory->consecutive_failures;
  detail.auto_disable_threshold = view->spec->auto_disable_threshold;
  if (view->memory->auto_disabled)
    detail.auto_disabled_reason = view->memory->auto_disabled->reason;
  if (view->memory->last_failure) {
    const auto& tail = view->memory->last_failure->stderr_tail;
    detail.stderr_tail.assign(tail.begin(), tail.end());
  }
  detail.starts = view->counters.starts;
  detail.failures = view->counters.failures;
  detail.calls = view->counters.calls;
  detail.calls_failed = view->counters.calls_failed;
  detail.calls_in_flight = view->calls_in_flight;
  detail.instances = view->instances;
  detail.asks_client = view->memory->asks_client;
  detail.catalog_generation = parts_.live_catalog.generation(*id);
  if (!detail.command.empty()) detail.log_path = parts_.logs.file_of(name);
  detail.config = config::to_json(*shown);
  detail.etag = config::entry_hash(*parts_.intent.config()->find_server(name));
  detail.event_id = parts_.bus.last_id();
  return detail;
}

const config::Config& Admin::masked() {
  if (masked_of_ != parts_.intent.config()) {
    masked_of_ = parts_.intent.config();
    masked_ = config::redacted(*masked_of_);
  }
  return masked_;
}

rest::ToolView Admin::view_of(const catalog::ServerCatalog& server,
                              const catalog::Tool& tool) const {
  rest::ToolView view;
  view.server = server.server();
  view.name = tool.name;
  view.definition = tool.json;
  if (const auto id = parts_.fleet.find(server.server()))
    view.state = parts_.fleet.view(*id)->state;
  return view;
}

base::Result<std::vector<rest::ToolView>> Admin::server_tools(std::string_view name) {
  const auto id = parts_.fleet.find(name);
  if (!id) return routing::unknown_server(parts_.fleet, name);
  std::vector<rest::ToolView> tools;
  if (const auto* catalog = parts_.catalog.server(*id)) {
    for (const catalog::Tool& tool : catalog->tools()) tools.push_back(view_of(*catalog, tool));
  }
  return tools;
}

void Admin::server_log(std::string_view name, std::uint32_t lines_max,
                       rest::Answer<std::vector<std::string>> answer) {
  if (!parts_.fleet.find(name)) {
    answer(routing::unknown_server(parts_.fleet, name));
    return;
  }
  const config::ServerConfig* server = parts_.intent.config()->find_server(name);
  if (server != nullptr && server->command.empty()) {
    answer(base::Error{
        base::ErrorCode::not_found,
        fmt::format("server {} is dialled, not started here: it has no log", name),
        fmt::format("what is known of it: mcptrunk servers why {}", base::shell_word(name))});
    return;
  }
  auto lines = parts_.logs.last_lines(name, lines_max);
  if (!lines && lines.error().code == base::ErrorCode::not_found)
    lines = std::vector<std::string>{};
  answer(std::move(lines));
}

// Tools are paged by place: "server:tool" of the last one shown, so that a page stays right when
// servers come and go in between.
base::Result<rest::ToolPage> Admin::tools(std::uint32_t limit, std::string_view cursor) {
  limit = std::clamp<std::uint32_t>(limit, 1, kToolsPerPageMax);
  const std::size_t colon = cursor.find(':');
  if (!cursor.empty() && colon == std::string_view::npos) {
    return base::Error{base::ErrorCode::invalid_argument, "the cursor is not one of ours",
                       "leave it out to start again"};
  }
  const std::string_view from_server = cursor.substr(0, colon);
  const std::string_view after_tool =
      cursor.empty() ? std::string_view() : cursor.substr(colon + 1);
  const auto& servers = parts_.catalog.servers();
  rest::ToolPage page;
  for (auto at = servers.lower_bound(from_server); at != servers.end(); ++at) {
    const catalog::ServerCatalog& catalog = *parts_.catalog.server(at->second);
    std::size_t first = 0;
    if (const catalog::Tool* last = catalog.find(after_tool);
        last != nullptr && at->first == from_server) {
      first = static_cast<std::size_t>(last - catalog.tools().data()) + 1;
    }
    for (const catalog::Tool& tool : catalog.tools().subspan(first)) {
      if (page.tools.size() == limit) {
        page.next_cursor = fmt::format("{}:{}", page.tools.back().server, page.tools.back().name);
        return page;
      }
      page.tools.push_back(view_of(catalog, tool));
    }
  }
  return page;
}

base::Result<rest::ToolView> Admin::tool(std::string_view id) {
  const auto route = routing::route(parts_.catalog, parts_.fleet, id);
  if (!route) return route.error();
  if (route->tool == nullptr) {
    return base::Error{base::ErrorCode::not_found,
                       fmt::format("the server of {} has not been listed yet", id.substr(0, 100)),
                       "start it once, for instance with: mcptrunk servers restart NAME"};
  }
  return view_of(*parts_.catalog.server(route->upstream), *route->tool);
}

base::Result<rest::SearchAnswer> Admin::search(const rest::SearchRequest& request) {
  search::Query query;
  query.text = request.query;
  query.limit = request.limit;
  query.server = request.server;
  query.read_only = request.read_only;
  query.explain = request.explain;
  if (!request.server.empty() && !parts_.fleet.find(request.server)) {
    return routing::unknown_server(parts_.fleet, request.server);
  }
  std::optional<search::ServerSet> members;
  if (!request.group.empty()) {
    auto found = members_of_group(*parts_.intent.config(), request.group);
    if (!found) return std::move(found).error();
    members = std::move(found).value();
    query.allowed = &*members;
  }
  rest::SearchAnswer answer;
  answer.found = parts_.index.find(query);
  std::erase_if(answer.found.hits, [&](const search::Hit& hit) {
    const auto target = parts_.catalog.find(hit.server, hit.tool);
    if (target) answer.tools.push_back(view_of(*target->server, *target->tool));
    return !target;
  });
  return answer;
}

std::unique_ptr<rest::RunningCall> Admin::call(rest::ToolCall call,
                                               rest::Answer<std::string_view> answer) {
  const auto route = routing::route(parts_.catalog, parts_.fleet, call.id);
  if (!route) {
    answer(route.error());
    return nullptr;
  }
  return parts_.admin_calls.start(route->upstream, route->tool_name, call, std::move(answer));
}

base::Result<void> Admin::readiness() {
  if (state_ == events::DaemonState::ready) return base::kDone;
  return base::Error{base::ErrorCode::overloaded,
                     fmt::format("the daemon is {}", to_string(state_)), "try again in a moment"};
}

rest::DaemonStatus Admin::status() {
  rest::DaemonStatus status;
  const config::Config& config = *parts_.intent.config();
  status.version = MCPTRUNK_VERSION;
  status.state = state_;
  status.pid = ::getpid();
  status.started = identity_.started;
  status.uptime = std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.now() -
                                                                        identity_.started_at);
  status.url = identity_.url;
  status.data_dir = identity_.data_dir;
  status.config_path = identity_.config_path;
  if (reloader_ != nullptr) status.config_rejected = reloader_->rejected();
  if (identity_.config != nullptr) {
    for (const config::Setting changed : config::diff(*identity_.config, config).settings_changed) {
      if (config::needs_daemon_restart(changed)) status.needs_restart.push_back(changed);
    }
  }
  status.routing_mode = config.routing_mode;
  status.local_users = config.local_users;
  status.knows_local_users = identity_.knows_local_users;
  status.servers = static_cast<std::uint32_t>(config.servers.size());
  for (upstream::UpstreamId id = 0; id < parts_.fleet.size(); ++id) {
    const auto view = parts_.fleet.view(id);
    if (!view) continue;
    ++status.servers_by_state[static_cast<std::size_t>(view->state)];
    if (may_run(view->state)) ++status.servers_enabled;
  }
  status.tools = static_cast<std::uint32_t>(parts_.catalog.visible_tool_count());
  status.slots = config.max_concurrent_connections;
  status.slots_in_use = parts_.fleet.leases_in_use();
  status.cascade_guard = parts_.recorder.cascade_guard_tripped();
  status.store_available = store_available_;
  status.sessions =
      static_cast<std::uint32_t>(parts_.sessions.size() + parts_.sse_connections.size());
  for (const auto& calls : {parts_.calls.counters(), parts_.admin_calls.counters()}) {
    status.calls_in_flight += calls.in_flight;
    status.calls += calls.started;
    status.calls_failed += calls.failed;
  }
  if (server_ != nullptr) {
    status.requests = server_->counters().requests;
    status.connections = static_cast<std::uint32_t>(server_->connection_count());
  }
  const ProcessMemory memory = process_memory();
  status.rss_anon_bytes = memory.anon_bytes;
  status.rss_file_bytes = memory.file_bytes;
  status.open_files = memory.open_files;
  status.event_id = parts_.bus.last_id();
  return status;
}

rest::GroupRow Admin::row_of(const config::GroupConfig& group) const {
  const config::Config& config = *parts_.intent.config();
  rest::GroupRow row;
  row.name = group.name;
  row.description = group.description;
  row.parent = group.parent;
  row.color = group.color;
  row.enabled = group.enabled;
  if (!group.enabled) {
    row.stopped_by = parts_.intent.decisions().held_by(tools::Marked::group, group.name);
  }
  for (const std::string& ancestor : config::ancestors_of(config, group.name)) {
    const config::GroupConfig* above = config.find_group(ancestor);
    if (above != nullptr && !above->enabled) {
      row.held_by = above->name;
      break;
    }
  }
  for (const config::ServerConfig& server : config.servers) {
    if (std::find(server.groups.begin(), server.groups.end(), group.name) == server.groups.end()) {
      continue;
    }
    row.members.push_back(server.name);
    const auto id = parts_.fleet.find(server.name);
    if (id && parts_.fleet.view(*id)->state == State::ready) ++row.ready;
  }
  return row;
}

base::Result<std::vector<storage::ActivityRecord>> Admin::activity(
    const storage::ActivityQuery& query) {
  return parts_.store.activity(query);
}

rest::GroupList Admin::groups() {
  rest::GroupList list;
  const config::Config& config = *parts_.intent.config();
  for (const config::GroupConfig& group : config.groups) list.groups.push_back(row_of(group));
  list.event_id = parts_.bus.last_id();
  return list;
}

}  // namespace proxy::daemon
