#include "proxy/events/event_json.h"

#include <fmt/format.h>

#include "base/json.h"
#include "proxy/events/call_events.h"

namespace proxy::events {
namespace {

using base::JsonWriter;

template <class ServerEvent>
void add_server(JsonWriter& out, const ServerEvent& event) {
  out.field("server", event.server);
  out.key("groups").begin_array();
  for (const std::string& group : event.groups) out.value(group);
  out.end_array();
}

void add(JsonWriter& out, const ServerStateChanged& event) {
  add_server(out, event);
  out.field("from", event.from);
  out.field("to", event.to);
  out.field("reason", event.reason);
}

void add(JsonWriter& out, const ServerConfigChanged& event) {
  add_server(out, event);
  out.field("change", to_string(event.change));
}

void add(JsonWriter& out, const ServerAutoDisabled& event) {
  add_server(out, event);
  out.field("failures", event.failures);
  out.field("code", event.code);
  out.field("reason", event.reason);
}

void add(JsonWriter& out, const GroupChanged& event) {
  out.field("group", event.group);
  out.field("change", to_string(event.change));
  out.field("enabled", event.enabled);
  out.field("servers_updated", event.servers_updated);
}

void add(JsonWriter& out, const CatalogChanged& event) {
  add_server(out, event);
  out.field("generation", event.generation);
  out.field("added", event.added);
  out.field("removed", event.removed);
  out.field("changed", event.changed);
}

void add(JsonWriter& out, const ConfigReloaded& event) {
  out.field("servers_added", event.servers_added);
  out.field("servers_changed", event.servers_changed);
  out.field("servers_removed", event.servers_removed);
}

void add(JsonWriter& out, const ConfigRejected& event) {
  out.field("error", event.error);
  out.field("errors", event.errors);
}

void add(JsonWriter& out, const CascadeGuard& event) {
  out.field("tripped", event.tripped);
  out.field("failed", event.failed);
  out.field("attempted", event.attempted);
}

void add(JsonWriter& out, const StoreStateChanged& event) {
  out.field("available", event.available);
  out.field("reason", event.reason);
}

void add(JsonWriter& out, const DaemonStateChanged& event) {
  out.field("state", to_string(event.state));
  out.field("reason", event.reason);
}

}  // namespace

std::string to_json(EventId id, base::WallTime at, const Event& event) {
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  out.field("id", to_string(id));
  out.field("type", to_string(type_of(event)));
  out.field("time", iso_time(at));
  std::visit([&](const auto& e) { add(out, e); }, event);
  out.end_object();
  return json;
}

std::string to_json(const CallEvent& event) {
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  out.field("type", "call");
  out.field("time", iso_time(event.at));
  out.field("server", event.server);
  out.field("tool", event.tool);
  out.field("outcome", to_string(event.outcome));
  if (event.error) out.field("error", base::to_string(*event.error));
  out.field("duration_us", static_cast<std::uint64_t>(event.duration.count()));
  out.field("result_bytes", event.result_bytes);
  out.end_object();
  return json;
}

std::string_view to_string(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::ok:
      return "ok";
    case CallOutcome::tool_error:
      return "tool_error";
    case CallOutcome::failed:
      return "failed";
    case CallOutcome::cancelled:
      return "cancelled";
  }
  return "";
}

std::string iso_time(base::WallTime at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(floor<milliseconds>(at - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

}  // namespace proxy::events
