#include "proxy/config/request_body.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace proxy::config {

base::Error faults_of(const std::vector<Diagnostic>& diagnostics) {
  std::string message;
  for (const Diagnostic& item : diagnostics) {
    if (item.severity != Severity::error) continue;
    if (!message.empty()) message += '\n';
    message += item.path.empty() ? item.message : item.path + ": " + item.message;
    message += item.remedy.empty() ? "." : "; " + item.remedy + ".";
  }
  return {base::ErrorCode::invalid_argument, std::move(message), "Correct these fields."};
}

base::Result<JsonNode> object_of(std::string_view json, std::string_view what,
                                 std::string_view example) {
  std::variant<JsonNode, JsonError> tree = parse_spanned_json(json);
  if (const JsonError* error = std::get_if<JsonError>(&tree)) {
    const LineIndex::Position at = LineIndex(json).at(error->offset);
    return base::Error{base::ErrorCode::invalid_json,
                       json.empty()
                           ? fmt::format("The {} is missing: the body is empty.", what)
                           : fmt::format("The {} is not valid JSON, line {}, column {}: {}.", what,
                                         at.line, at.column, error->message),
                       fmt::format("Send {}.", example)};
  }
  JsonNode root = std::get<JsonNode>(std::move(tree));
  if (!root.is(JsonKind::object)) {
    return base::Error{
        base::ErrorCode::invalid_argument,
        fmt::format("The {} must be an object, but is {}.", what, describe(root.kind)),
        fmt::format("Send {}.", example)};
  }
  return root;
}

}  // namespace proxy::config
