// The part of json_out.h that is about tools.
#include <array>

#include "protocol/members.h"
#include "proxy/rest/json_out.h"
#include "proxy/tools/explanation_json.h"

namespace proxy::rest {
namespace {

using base::JsonWriter;

constexpr std::array<std::string_view, 6> kDefinitionMembers{
    "title", "description", "inputSchema", "outputSchema", "annotations", "icons"};

// Copies the members worth having, each once, whatever else or twice the upstream says.
void definition_members(JsonWriter& out, std::string_view definition) {
  std::array<bool, kDefinitionMembers.size()> seen{};
  const auto copy = [&](const protocol::JsonMember& member) {
    for (std::size_t i = 0; i < kDefinitionMembers.size(); ++i) {
      if (seen[i] || !member.key_is(kDefinitionMembers[i])) continue;
      seen[i] = true;
      out.raw_field(kDefinitionMembers[i], member.value);
    }
    return true;
  };
  // The catalog keeps valid objects only; of any other text the members up to the fault are kept.
  static_cast<void>(protocol::for_each_member(definition, copy));
}

void tool_members(JsonWriter& out, const ToolView& tool) {
  std::string id(tool.server);
  id.append(":").append(tool.name);
  out.field("id", id).field("server", tool.server).field("name", tool.name);
  out.field("state", upstream::to_string(tool.state));
  definition_members(out, tool.definition);
}

}  // namespace

std::string to_json(const ToolView& tool) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  tool_members(out, tool);
  out.end_object();
  return text;
}

std::string to_json(const ToolPage& page) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("tools").begin_array();
  for (const ToolView& tool : page.tools) {
    out.begin_object();
    tool_members(out, tool);
    out.end_object();
  }
  out.end_array().field("next_cursor", page.next_cursor).end_object();
  return text;
}

std::string to_json(const SearchAnswer& answer, std::string_view query) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("query", query).field("total", answer.found.total);
  out.key("results").begin_array();
  for (std::size_t i = 0; i < answer.tools.size(); ++i) {
    const search::Hit& hit = answer.found.hits[i];
    out.begin_object();
    tool_members(out, answer.tools[i]);
    out.field("score", static_cast<double>(hit.score));
    if (hit.twins_omitted > 0) out.field("similar_omitted", hit.twins_omitted);
    if (hit.explanation) tools::write_explanation(out, *hit.explanation);
    out.end_object();
  }
  out.end_array();
  tools::write_remarks(out, answer.found);
  out.end_object();
  return text;
}

}  // namespace proxy::rest
