#include "proxy/tools/tool_finder.h"

#include "base/hidden_text.h"
#include "base/utf8.h"
#include "protocol/agent_text.h"
#include "protocol/lists.h"
#include "protocol/tool_signature.h"
#include "proxy/routing/router.h"
#include "proxy/tools/explanation_json.h"
#include "proxy/tools/meta_tool.h"

namespace proxy::tools {
namespace {

constexpr std::size_t kCompactBytesMax = 240;  // of a description

std::string description_of(const catalog::Tool& tool) {
  const auto item = protocol::read_list_item(protocol::ListKind::tools, tool.json);
  return item ? base::without_hidden(item->description) : std::string();
}

// Enough to recognise it by: an answer is there for its tools.
std::string_view shown_query(std::string_view query) {
  constexpr std::size_t kBytesMax = 200;
  return base::utf8_prefix(query, kBytesMax);
}

void write_annotations(base::JsonWriter& json, const catalog::Tool& tool) {
  json.key("annotations").begin_object();
  json.field("readOnlyHint", tool.read_only);
  json.field("destructiveHint", tool.destructive);
  json.end_object();
}

}  // namespace

void ToolFinder::write_identity(base::JsonWriter& json, const catalog::ServerCatalog& server,
                                const catalog::Tool& tool) const {
  // An id must be one that can be written; the flat name is one too, and hides nothing.
  const bool hides = base::has_hidden(tool.name);
  json.field(
      "id", hides ? std::string(tool.flat_name) : fmt::format("{}:{}", server.server(), tool.name));
  json.field("server", server.server());
  json.field("name", hides ? base::without_hidden(tool.name) : std::string(tool.name));
  if (const auto id = fleet_.find(server.server())) {
    json.field("state", upstream::to_string(fleet_.view(*id)->state));
  }
  json.field("call_with", to_string(call_variant_for(effect_of(tool.read_only, tool.destructive))));
}

void ToolFinder::write_hit(base::JsonWriter& json, const search::Hit& hit,
                           const RetrieveArguments& arguments) const {
  const auto target = catalog_.find(hit.server, hit.tool);
  if (!target) return;
  const catalog::Tool& tool = *target->tool;
  json.begin_object();
  write_identity(json, *target->server, tool);
  const std::string description = description_of(tool);
  if (arguments.detail == Detail::compact) {
    json.field("description", protocol::first_sentence(description, kCompactBytesMax));
    json.field("signature",
               base::without_hidden(protocol::tool_signature(tool.name, tool.input_schema)));
  } else {
    json.field("description", description);
    json.raw_field("inputSchema", tool.input_schema.empty()
                                      ? R"({"type":"object"})"
                                      : protocol::agent_json(tool.input_schema));
  }
  json.field("score", static_cast<double>(hit.score));
  write_annotations(json, tool);
  if (hit.twins_omitted > 0) json.field("similar_omitted", hit.twins_omitted);
  if (hit.explanation) write_explanation(json, *hit.explanation);
  json.end_object();
}

base::Result<std::string> ToolFinder::retrieve(const RetrieveArguments& arguments,
                                               std::uint32_t default_limit) const {
  search::Query query;
  query.text = arguments.query;
  query.limit = arguments.limit.value_or(default_limit);
  query.server = arguments.server;
  query.read_only = arguments.read_only;
  query.explain = arguments.explain;
  if (!arguments.server.empty() && !fleet_.find(arguments.server)) {
    return routing::unknown_server(fleet_, arguments.server);
  }
  std::optional<search::ServerSet> members;
  if (!arguments.group.empty()) {
    auto found = group_members_(arguments.group);
    if (!found) return std::move(found).error();
    members = std::move(found).value();
    query.allowed = &*members;
  }
  const search::SearchAnswer answer = index_.find(query);

  std::string out;
  base::JsonWriter json(out);
  json.begin_object().field("query", shown_query(arguments.query)).field("total", answer.total);
  json.key("tools").begin_array();
  for (const search::Hit& hit : answer.hits) write_hit(json, hit, arguments);
  json.end_array();
  write_remarks(json, answer);
  json.end_object();
  return out;
}

std::string ToolFinder::describe(const DescribeArguments& arguments) const {
  std::string out;
  base::JsonWriter json(out);
  std::vector<std::pair<std::string, base::Error>> unknown;
  json.begin_object().key("tools").begin_array();
  for (const std::string& id : arguments.ids) {
    const auto route = routing::route(catalog_, fleet_, id);
    if (!route) {
      unknown.emplace_back(id, route.error());
      continue;
    }
    const catalog::ServerCatalog* server = catalog_.server(route->upstream);
    if (route->tool == nullptr || server == nullptr) {
      unknown.emplace_back(
          id, base::Error{base::ErrorCode::not_found, "the server has not been listed yet",
                          "try again once it has run"});
      continue;
    }
    json.begin_object();
    write_identity(json, *server, *route->tool);
    json.raw_field("definition", protocol::agent_definition(route->tool->json)).end_object();
  }
  json.end_array();
  if (!unknown.empty()) {
    json.key("unknown").begin_array();
    for (const auto& [id, error] : unknown) {
      json.begin_object().field("id", id).field("error", base::one_line(error)).end_object();
    }
    json.end_array();
  }
  json.end_object();
  return out;
}

}  // namespace proxy::tools
