#include "proxy/rest/stranger_view.h"

#include <fmt/format.h>

#include "base/json.h"

namespace proxy::rest {
namespace {

// The program itself; of a path its last part, of a command line its first word.
std::string_view program_of(std::string_view command) {
  command = command.substr(0, command.find(' '));
  return command.substr(command.rfind('/') + 1);
}

}  // namespace

Explanation explain_to_stranger(ServerDetail detail) {
  detail.row.reason = {};
  detail.auto_disabled_reason = {};
  if (detail.row.last_error) detail.row.last_error->message = {};
  for (Warning& warning : detail.row.warnings) warning.message = {};
  Explanation explanation = explain(detail);
  if (detail.row.last_error && detail.row.last_error->current) {
    explanation.summary += fmt::format(" ({})", base::to_string(detail.row.last_error->code));
  }
  return explanation;
}

std::string stranger_json(const ServerDetail& detail) {
  const ServerRow& row = detail.row;
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().field("name", row.name).field("description", row.description);
  out.field("startup_mode", config::to_string(row.startup_mode));
  out.field("state", upstream::to_string(row.state)).key("groups").begin_array();
  for (const std::string_view group : row.groups) out.value(group);
  out.end_array().field("tool_count", row.tool_count).field("held_by", row.held_by);
  out.field("protocol", config::to_string(row.protocol));
  out.field("command", program_of(detail.command)).field("args_count", detail.args.size());
  const Explanation why = explain_to_stranger(detail);
  out.key("why").begin_object().field("summary", why.summary).field("fix", why.fix).end_object();
  out.field("note", "arguments and addresses are shown to callers with the API key only");
  out.end_object();
  return text;
}

}  // namespace proxy::rest
