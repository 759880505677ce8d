#include "proxy/rest/json_out.h"

#include "proxy/events/event_json.h"
#include "proxy/rest/why.h"

namespace proxy::rest {
namespace {

using base::JsonWriter;

template <class Texts>
void texts(JsonWriter& out, std::string_view key, const Texts& values) {
  out.key(key).begin_array();
  for (const auto& value : values) out.value(value);
  out.end_array();
}

void time(JsonWriter& out, std::string_view key, std::optional<base::WallTime> at) {
  out.key(key);
  if (at) {
    out.value(events::iso_time(*at));
  } else {
    out.null();
  }
}

void last_error(JsonWriter& out, const std::optional<LastError>& error) {
  out.key("last_error");
  if (!error) {
    out.null();
    return;
  }
  out.begin_object().field("code", base::to_string(error->code));
  out.field("message", error->message).field("remedy", error->remedy);
  time(out, "at", error->at);
  out.field("current", error->current).end_object();
}

void warnings(JsonWriter& out, const std::vector<Warning>& all) {
  out.key("warnings").begin_array();
  for (const Warning& warning : all) {
    out.begin_object().field("code", base::to_string(warning.code));
    out.field("message", warning.message).field("remedy", warning.remedy).end_object();
  }
  out.end_array();
}

void row_members(JsonWriter& out, const ServerRow& row, base::WallTime now) {
  out.field("name", row.name).field("description", row.description);
  out.field("startup_mode", config::to_string(row.startup_mode));
  out.field("state", upstream::to_string(row.state));
  time(out, "since", row.since);
  out.field("reason", row.reason);
  texts(out, "groups", row.groups);
  out.field("tool_count", row.tool_count).field("held_by", row.held_by);
  if (row.stopped_by) out.field("stopped_by", config::to_string(*row.stopped_by));
  last_error(out, row.last_error);
  warnings(out, row.warnings);
  out.field("protocol", config::to_string(row.protocol));
  time(out, "next_try", row.next_try);
  if (row.next_try) {
    out.field("next_try_in_ms", std::max<std::int64_t>(0, (*row.next_try - now).count()));
  }
  out.field("pid", row.pid);
}

void row_members(JsonWriter& out, const GroupRow& group) {
  out.field("name", group.name).field("description", group.description);
  out.field("parent", group.parent).field("enabled", group.enabled);
  out.field("color", group.color).field("held_by", group.held_by);
  if (group.stopped_by) out.field("stopped_by", config::to_string(*group.stopped_by));
  texts(out, "members", group.members);
  out.field("ready", group.ready);
}

}  // namespace

void write(JsonWriter& out, const base::Error& error) {
  out.begin_object().field("code", base::to_string(error.code));
  out.field("message", error.message).field("remedy", error.remedy).end_object();
}

std::string to_json(const DaemonStatus& status) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("version", status.version);
  out.field("state", events::to_string(status.state)).field("pid", status.pid);
  time(out, "started", status.started);
  out.field("uptime_ms", status.uptime.count()).field("url", status.url);
  out.field("data_dir", status.data_dir).field("config_path", status.config_path);
  out.field("config_rejected", status.config_rejected);
  std::vector<std::string_view> waiting;
  for (const config::Setting setting : status.needs_restart) {
    waiting.push_back(config::to_string(setting));
  }
  texts(out, "needs_restart", waiting);
  out.field("routing_mode", config::to_string(status.routing_mode));
  out.field("local_users", config::to_string(status.local_users));
  out.field("knows_local_users", status.knows_local_users);
  out.key("servers").begin_object();
  out.field("total", status.servers).field("enabled", status.servers_enabled);
  out.key("by_state").begin_object();
  for (std::size_t i = 0; i < status.servers_by_state.size(); ++i) {
    out.field(upstream::to_string(static_cast<upstream::State>(i)), status.servers_by_state[i]);
  }
  out.end_object().end_object();
  out.field("tools", status.tools);
  out.key("slots").begin_object().field("in_use", status.slots_in_use);
  out.field("total", status.slots).end_object();
  out.field("cascade_guard", status.cascade_guard);
  out.field("store_available", status.store_available).field("sessions", status.sessions);
  out.key("calls").begin_object().field("in_flight", status.calls_in_flight);
  out.field("total", status.calls).field("failed", status.calls_failed).end_object();
  out.key("http").begin_object().field("connections", status.connections);
  out.field("requests", status.requests).end_object();
  out.key("memory").begin_object().field("rss_anon_bytes", status.rss_anon_bytes);
  out.field("rss_file_bytes", status.rss_file_bytes).end_object();
  out.field("open_files", status.open_files);
  out.field("event_id", events::to_string(status.event_id)).end_object();
  return text;
}

std::string to_json(const ServerList& list, base::WallTime now) {
  std::string text;
  text.reserve(list.servers.size() * 400 + 64);
  JsonWriter out(text);
  out.begin_object().key("servers").begin_array();
  for (const ServerRow& row : list.servers) {
    out.begin_object();
    row_members(out, row, now);
    out.end_object();
  }
  out.end_array().field("event_id", events::to_string(list.event_id)).end_object();
  return text;
}

std::string to_json(const ServerDetail& detail, base::WallTime now) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  row_members(out, detail.row, now);
  out.field("command", detail.command);
  texts(out, "args", detail.args);
  out.field("url", detail.url).field("working_dir", detail.working_dir);
  texts(out, "env", detail.env_names);
  texts(out, "headers", detail.header_names);
  texts(out, "tags", detail.tags);
  out.key("server_info").begin_object().field("name", detail.reported_name);
  out.field("version", detail.reported_version).end_object();
  out.field("protocol_revision", detail.protocol_revision).field("known_good", detail.known_good);
  out.field("consecutive_failures", detail.consecutive_failures);
  out.field("auto_disable_threshold", detail.auto_disable_threshold);
  out.field("auto_disabled_reason", detail.auto_disabled_reason);
  texts(out, "stderr_tail", detail.stderr_tail);
  out.key("counters").begin_object().field("starts", detail.starts);
  out.field("failures", detail.failures).field("calls", detail.calls);
  out.field("calls_failed", detail.calls_failed);
  out.field("calls_in_flight", detail.calls_in_flight).end_object();
  out.field("instances", detail.instances).field("asks_client", detail.asks_client);
  out.field("catalog_generation", detail.catalog_generation).field("log_path", detail.log_path);
  const Explanation why = explain(detail);
  out.key("why").begin_object().field("summary", why.summary).field("fix", why.fix).end_object();
  out.raw_field("config", detail.config).field("etag", config::to_hex(detail.etag));
  out.field("event_id", events::to_string(detail.event_id)).end_object();
  return text;
}

std::string to_json(const ServerActionAnswer& answer, std::string_view action) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("server", answer.server).field("action", action);
  out.field("changed", answer.changed);
  out.field("startup_mode", config::to_string(answer.startup_mode));
  out.field("state", upstream::to_string(answer.state)).field("held_by", answer.held_by);
  if (!answer.warnings.empty()) warnings(out, answer.warnings);
  out.end_object();
  return text;
}

std::string to_json(const std::vector<storage::ActivityRecord>& records) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("activity").begin_array();
  for (const storage::ActivityRecord& record : records) {
    out.begin_object().field("sequence", record.sequence);
    time(out, "at", record.at);
    out.field("kind", record.kind).field("server", record.server).field("tool", record.tool);
    out.field("actor", record.actor).field("success", record.success);
    out.field("code", record.code).field("detail", record.detail);
    out.field("duration_us", record.duration_us);
    out.field("response_bytes", record.response_bytes);
    out.field("skipped_before", record.skipped_before).end_object();
  }
  out.end_array();
  out.field("next_before", records.empty() ? std::uint64_t{0} : records.back().sequence);
  out.end_object();
  return text;
}

std::string log_json(std::string_view server, const std::vector<std::string>& lines) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("server", server);
  texts(out, "lines", lines);
  out.end_object();
  return text;
}

std::string to_json(const GroupList& list) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("groups").begin_array();
  for (const GroupRow& group : list.groups) {
    out.begin_object();
    row_members(out, group);
    out.end_object();
  }
  out.end_array().field("event_id", events::to_string(list.event_id)).end_object();
  return text;
}

std::string to_json(const GroupDetail& group) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  row_members(out, group.row);
  out.field("etag", config::to_hex(group.etag));
  out.field("event_id", events::to_string(group.event_id)).end_object();
  return text;
}

std::string to_json(const ConfigChange& change, const std::vector<std::string>& warnings) {
  const config::ConfigDiff& difference = change.difference;
  std::vector<std::string_view> changed;
  for (const auto& server : difference.servers_changed) changed.push_back(server.server);
  std::vector<std::string_view> settings;
  std::vector<std::string_view> waiting;
  for (const config::Setting setting : difference.settings_changed) {
    settings.push_back(config::to_string(setting));
    if (config::needs_daemon_restart(setting)) waiting.push_back(config::to_string(setting));
  }
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("changed", !difference.empty());
  texts(out, "servers_added", difference.servers_added);
  texts(out, "servers_removed", difference.servers_removed);
  texts(out, "servers_changed", changed);
  texts(out, "groups_added", difference.groups_added);
  texts(out, "groups_removed", difference.groups_removed);
  texts(out, "groups_changed", difference.groups_changed);
  texts(out, "settings_changed", settings);
  texts(out, "needs_restart", waiting);
  texts(out, "warnings", warnings);
  out.field("etag", config::to_hex(change.etag)).end_object();
  return text;
}

std::string to_json(const GroupActionAnswer& answer, std::string_view action) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("success", answer.failed.empty()).field("group", answer.group);
  out.field("action", action).field("updated", answer.updated);
  out.field("unchanged", answer.unchanged).field("partial_failure", !answer.failed.empty());
  out.key("failed_servers").begin_array();
  for (const FailedMember& failed : answer.failed) {
    out.begin_object().field("server", failed.server).key("error");
    write(out, failed.error);
    out.end_object();
  }
  out.end_array().key("members").begin_array();
  for (const GroupMember& member : answer.members) {
    out.begin_object().field("server", member.server);
    out.field("effective_mode", config::to_string(member.effective_mode));
    out.field("held_by", member.held_by).end_object();
  }
  out.end_array().end_object();
  return text;
}

}  // namespace proxy::rest
