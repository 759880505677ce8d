// What each path of /api/v1 does that reads or acts: take arguments apart, ask the service, write.
#include <limits>

#include "proxy/rest/etag.h"
#include "proxy/rest/intent_handlers.h"
#include "proxy/rest/json_out.h"
#include "proxy/rest/router.h"
#include "proxy/rest/tool_call.h"

namespace proxy::rest {
namespace {

constexpr std::uint32_t kToolsPageMax = 500;
constexpr std::uint32_t kSearchMax = 100;
constexpr std::uint32_t kLogLinesMax = 10'000;

void show_status(const Handling& h) {
  if (h.query({})) h.reply->data(to_json(h.service.status()));
}

void list_servers(const Handling& h) {
  if (h.query({})) h.reply->data(to_json(h.service.servers(), h.now));
}

void show_server(const Handling& h) {
  if (!h.query({})) return;
  const auto detail = h.service.server(h.args[0]);
  if (!detail) return h.reply->error(detail.error());
  const std::string etag = etag_of(detail->etag);
  const http::HeaderField field{kETag, etag};
  h.reply->data(to_json(*detail, h.now), http::Status::ok, {&field, 1});
}

void list_server_tools(const Handling& h) {
  if (!h.query({})) return;
  auto tools = h.service.server_tools(h.args[0]);
  if (!tools) return h.reply->error(tools.error());
  h.reply->data(to_json(ToolPage{*std::move(tools), {}}));
}

void show_log(const Handling& h) {
  const auto query = h.query({"lines"});
  if (!query) return;
  const auto lines = query->number("lines", 100, 1, kLogLinesMax);
  if (!lines) return h.reply->error(lines.error());
  h.service.server_log(
      h.args[0], *lines,
      [reply = h.reply, name = h.args[0]](const base::Result<std::vector<std::string>>& found) {
        if (!found) return reply->error(found.error());
        reply->data(log_json(name, *found));
      });
}

template <ServerAction Action>
void act_on_server(const Handling& h) {
  if (!h.query({}) || !h.has_no_body()) return;
  h.service.act_on_server(h.args[0], Action, config::Actor::person,
                          [reply = h.reply](const base::Result<ServerActionAnswer>& answer) {
                            if (!answer) return reply->error(answer.error());
                            reply->data(to_json(*answer, to_string(Action)));
                          });
}

void list_tools(const Handling& h) {
  const auto query = h.query({"limit", "cursor"});
  if (!query) return;
  const auto limit = query->number("limit", 100, 1, kToolsPageMax);
  if (!limit) return h.reply->error(limit.error());
  const auto page = h.service.tools(*limit, query->get("cursor").value_or(""));
  if (!page) return h.reply->error(page.error());
  h.reply->data(to_json(*page));
}

void show_tool(const Handling& h) {
  if (!h.query({})) return;
  const auto tool = h.service.tool(h.args[0]);
  if (!tool) return h.reply->error(tool.error());
  h.reply->data(to_json(*tool));
}

void search(const Handling& h) {
  const auto query = h.query({"q", "limit", "server", "group", "read_only", "explain"});
  if (!query) return;
  const auto limit = query->number("limit", 15, 1, kSearchMax);
  const auto read_only = query->flag("read_only", false);
  const auto explain = query->flag("explain", false);
  if (!limit) return h.reply->error(limit.error());
  if (!read_only) return h.reply->error(read_only.error());
  if (!explain) return h.reply->error(explain.error());
  SearchRequest request;
  request.query = query->get("q").value_or("");
  request.limit = *limit;
  request.server = query->get("server").value_or("");
  request.group = query->get("group").value_or("");
  request.read_only = *read_only;
  request.explain = *explain;
  const auto answer = h.service.search(request);
  if (!answer) return h.reply->error(answer.error());
  h.reply->data(to_json(*answer, request.query));
}

void list_activity(const Handling& h) {
  const auto query = h.query({"limit", "before", "server", "failures"});
  if (!query) return;
  constexpr std::uint32_t kLimitMax = storage::Store::kActivityMax;
  const auto limit = query->number("limit", 100, 1, kLimitMax);
  const auto before = query->number("before", 0, 0, std::numeric_limits<std::uint32_t>::max());
  const auto failures = query->flag("failures", false);
  if (!limit) return h.reply->error(limit.error());
  if (!before) return h.reply->error(before.error());
  if (!failures) return h.reply->error(failures.error());
  storage::ActivityQuery wanted;
  wanted.limit = *limit;
  wanted.before_sequence = *before;
  wanted.server = query->get("server").value_or("");
  wanted.failures_only = *failures;
  const auto records = h.service.activity(wanted);
  if (!records) return h.reply->error(records.error());
  if (records->empty() && !wanted.server.empty()) {
    // A server that is gone may have left records; one that never was is a slip.
    const auto server = h.service.server(wanted.server);
    if (!server) return h.reply->error(server.error());
  }
  h.reply->data(to_json(*records));
}

void list_groups(const Handling& h) {
  if (h.query({})) h.reply->data(to_json(h.service.groups()));
}

void show_group(const Handling& h) {
  if (!h.query({})) return;
  const auto group = h.service.group(h.args[0]);
  if (!group) return h.reply->error(group.error());
  const std::string etag = etag_of(group->etag);
  const http::HeaderField field{kETag, etag};
  h.reply->data(to_json(*group), http::Status::ok, {&field, 1});
}

template <GroupAction Action>
void act_on_group(const Handling& h) {
  if (!h.query({}) || !h.has_no_body()) return;
  h.service.act_on_group(h.args[0], Action, config::Actor::person,
                         [reply = h.reply](const base::Result<GroupActionAnswer>& answer) {
                           if (!answer) return reply->error(answer.error());
                           reply->data(to_json(*answer, to_string(Action)));
                         });
}

void show_config(const Handling& h) {
  if (!h.query({})) return;
  const ConfigView shown = h.service.config();
  const std::string etag = etag_of(shown.etag);
  const http::HeaderField field{kETag, etag};
  h.reply->data(shown.json, http::Status::ok, {&field, 1});
}

using http::Method;
constexpr std::array kRoutes{
    Route{Method::get, "status", show_status},
    Route{Method::get, "servers", list_servers},
    Route{Method::post, "servers", add_server},
    Route{Method::get, "servers/{name}", show_server},
    Route{Method::patch, "servers/{name}", update_server},
    Route{Method::delete_, "servers/{name}", remove_server},
    Route{Method::get, "servers/{name}/tools", list_server_tools},
    Route{Method::get, "servers/{name}/logs", show_log},
    Route{Method::post, "servers/{name}/enable", act_on_server<ServerAction::enable>},
    Route{Method::post, "servers/{name}/disable", act_on_server<ServerAction::disable>},
    Route{Method::post, "servers/{name}/restart", act_on_server<ServerAction::restart>},
    Route{Method::post, "servers/{name}/quarantine", act_on_server<ServerAction::quarantine>},
    Route{Method::post, "servers/{name}/approve", act_on_server<ServerAction::approve>},
    Route{Method::get, "tools", list_tools},
    Route{Method::post, "tools/call", call_tool},
    Route{Method::get, "tools/{id}", show_tool},
    Route{Method::get, "index/search", search},
    Route{Method::get, "activity", list_activity},
    Route{Method::get, "groups", list_groups},
    Route{Method::post, "groups", add_group},
    Route{Method::get, "groups/{name}", show_group},
    Route{Method::patch, "groups/{name}", update_group},
    Route{Method::delete_, "groups/{name}", remove_group},
    Route{Method::post, "groups/{name}/enable", act_on_group<GroupAction::enable>},
    Route{Method::post, "groups/{name}/disable", act_on_group<GroupAction::disable>},
    Route{Method::post, "groups/{name}/restart", act_on_group<GroupAction::restart>},
    Route{Method::get, "config", show_config},
    Route{Method::put, "config", replace_config},
    Route{Method::post, "backup", back_up},
};

}  // namespace

std::span<const Route> api_routes() {
  return kRoutes;
}

}  // namespace proxy::rest
