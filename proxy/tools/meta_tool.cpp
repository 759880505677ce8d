#include "proxy/tools/meta_tool.h"

#include <array>
#include <string>

namespace proxy::tools {
namespace {

struct Row {
  MetaTool tool;
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::string_view input_schema;
  std::string_view annotations;
};

constexpr std::string_view kSearchSchema =
    R"({"type":"object","properties":{)"
    R"("query":{"type":"string","description":"What you want to do, in plain words, or a tool or server name."},)"
    R"("limit":{"type":"integer","minimum":1,"maximum":100,"description":"At most so many tools (default 15)."},)"
    R"("detail":{"type":"string","enum":["compact","full"],"description":"compact: a one-line signature for each tool (default); full: its whole inputSchema."},)"
    R"("server":{"type":"string","description":"Only tools of this server."},)"
    R"("group":{"type":"string","description":"Only tools of the servers in this group."},)"
    R"("read_only":{"type":"boolean","description":"Only tools that declare they change nothing."},)"
    R"("explain":{"type":"boolean","description":"Say for each result why it was found."}},)"
    R"("required":["query"],"additionalProperties":false})";

constexpr std::string_view kDescribeSchema =
    R"({"type":"object","properties":{)"
    R"("ids":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":50,"description":"Tool ids as retrieve_tools gives them: server:tool."}},)"
    R"("required":["ids"],"additionalProperties":false})";

constexpr std::string_view kCallSchema =
    R"({"type":"object","properties":{)"
    R"("id":{"type":"string","description":"The tool's id as retrieve_tools gives it: server:tool."},)"
    R"("arguments":{"type":"object","description":"The tool's own arguments, as its schema or signature says."}},)"
    R"("required":["id"],"additionalProperties":false})";

constexpr std::string_view kReadSchema =
    R"({"type":"object","properties":{)"
    R"("key":{"type":"string","description":"The key that the shortened result gave."},)"
    R"("offset":{"type":"integer","minimum":0,"description":"The character to begin at (default 0)."},)"
    R"("limit":{"type":"integer","minimum":1,"description":"At most so many characters (default and most: as many as fit an answer)."}},)"
    R"("required":["key"],"additionalProperties":false})";

constexpr std::string_view kServersSchema =
    R"({"type":"object","properties":{)"
    R"("operation":{"type":"string","enum":["list","show","why","enable","disable","restart","quarantine","add","update","remove"],"description":"Default: list. The first three only read."},)"
    R"("name":{"type":"string","description":"The server; for all but list and add."},)"
    R"("state":{"type":"string","description":"list: only servers in this state, e.g. ready or backoff."},)"
    R"("group":{"type":"string","description":"list: only servers of this group."},)"
    R"("config":{"type":"object","description":"add: the server as in the configuration file, name included; update: the fields to change."}},)"
    R"("additionalProperties":false})";

constexpr std::string_view kGroupsSchema =
    R"({"type":"object","properties":{)"
    R"("operation":{"type":"string","enum":["list","show","enable","disable","restart","add","update","remove"],"description":"Default: list. The first two only read."},)"
    R"("name":{"type":"string","description":"The group; for all but list and add."},)"
    R"("config":{"type":"object","description":"add: {name, description, parent, members}; update: the fields to change, and assign or unassign with names of servers."}},)"
    R"("additionalProperties":false})";

constexpr std::array kRows{
    Row{MetaTool::retrieve_tools, "retrieve_tools", "Find tools",
        "Searches the tools of all servers behind this one. Start here: say what you want to do, "
        "then call "
        "a result with the tool named in its call_with, passing its id.",
        kSearchSchema, R"({"readOnlyHint":true,"openWorldHint":false})"},
    Row{MetaTool::describe_tool, "describe_tool", "Describe tools",
        "The full definition (description, input and output schema, annotations) of up to 50 tools "
        "by id.",
        kDescribeSchema, R"({"readOnlyHint":true,"openWorldHint":false})"},
    Row{MetaTool::call_tool_read, "call_tool_read", "Call a tool that only reads",
        "Calls a tool that declares it changes nothing (readOnlyHint). Refuses any other.",
        kCallSchema, R"({"readOnlyHint":true,"openWorldHint":true})"},
    Row{MetaTool::call_tool_write, "call_tool_write", "Call a tool that may write",
        "Calls a tool that reads or adds, but declares it destroys nothing (destructiveHint: "
        "false).",
        kCallSchema, R"({"readOnlyHint":false,"destructiveHint":false,"openWorldHint":true})"},
    Row{MetaTool::call_tool_destructive, "call_tool_destructive", "Call a tool that may destroy",
        "Calls any tool, also one that may delete or overwrite. A tool that declares nothing "
        "counts as such.",
        kCallSchema, R"({"readOnlyHint":false,"destructiveHint":true,"openWorldHint":true})"},
    Row{MetaTool::call_tool, "call_tool", "Call a tool",
        "Calls any tool by its id, whatever its effect: for clients without a separate rule for "
        "reading and "
        "writing.",
        kCallSchema, R"({"readOnlyHint":false,"destructiveHint":true,"openWorldHint":true})"},
    Row{MetaTool::read_cache, "read_cache", "Read on in a long result",
        "Reads the rest of a result that was too long to be shown whole: the shortened result "
        "names "
        "the key and where it goes on.",
        kReadSchema, R"({"readOnlyHint":true,"openWorldHint":false})"},
    Row{MetaTool::upstream_servers, "upstream_servers", "See and manage servers",
        "The servers behind this one: list, show, why (what keeps one from working). Changing them "
        "needs permission; what is added or launched differently stays quarantined until a person "
        "approves it.",
        kServersSchema, R"({"readOnlyHint":false,"destructiveHint":true,"openWorldHint":false})"},
    Row{MetaTool::groups, "groups", "See and manage groups of servers",
        "The groups of servers: list, show. Changing, enabling and disabling them needs "
        "permission.",
        kGroupsSchema, R"({"readOnlyHint":false,"destructiveHint":true,"openWorldHint":false})"},
};

std::string render() {
  std::string out = "[";
  for (const Row& row : kRows) {
    if (out.size() > 1) out += ',';
    out += fmt::format(
        R"({{"name":"{}","title":"{}","description":"{}","inputSchema":{},"annotations":{}}})",
        row.name, row.title, row.description, row.input_schema, row.annotations);
  }
  return out + "]";
}

}  // namespace

std::string_view to_string(MetaTool tool) {
  return kRows[static_cast<std::size_t>(tool)].name;
}

std::optional<MetaTool> meta_tool_from(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.tool;
  }
  return std::nullopt;
}

std::string_view meta_tools_json() {
  static const std::string json = render();
  return json;
}

Effect effect_of(bool read_only, bool destructive) {
  if (read_only) return Effect::reads;
  return destructive ? Effect::destroys : Effect::writes;
}

MetaTool call_variant_for(Effect effect) {
  switch (effect) {
    case Effect::reads:
      return MetaTool::call_tool_read;
    case Effect::writes:
      return MetaTool::call_tool_write;
    case Effect::destroys:
      break;
  }
  return MetaTool::call_tool_destructive;
}

bool covers(MetaTool variant, Effect effect) {
  switch (variant) {
    case MetaTool::call_tool_read:
      return effect == Effect::reads;
    case MetaTool::call_tool_write:
      return effect != Effect::destroys;
    case MetaTool::call_tool_destructive:
    case MetaTool::call_tool:
      return true;
    case MetaTool::retrieve_tools:
    case MetaTool::describe_tool:
    case MetaTool::read_cache:
    case MetaTool::upstream_servers:
    case MetaTool::groups:
      break;
  }
  return false;
}

}  // namespace proxy::tools
