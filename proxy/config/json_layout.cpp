#include "proxy/config/json_layout.h"

#include <algorithm>
#include <cassert>
#include <variant>

#include "proxy/config/spanned_json.h"

namespace proxy::config {
namespace {

constexpr std::size_t kInlineCharactersMax = 72;

std::string_view slice(std::string_view json, Span span) {
  return json.substr(span.begin, span.size());
}

bool is_plain(const JsonNode& node) {
  return !node.is(JsonKind::object) && !node.is(JsonKind::array);
}

std::string inline_list(std::string_view json, const JsonNode& node) {
  std::string out = "[";
  for (const JsonNode& child : node.children) {
    if (out.size() > 1) out += ", ";
    out += slice(json, child.value);
  }
  return out + "]";
}

std::string lay_out(std::string_view json, const JsonNode& node, const Layout& layout) {
  if (is_plain(node)) return std::string(slice(json, node.value));
  const bool is_list = node.is(JsonKind::array);
  if (node.children.empty()) return is_list ? "[]" : "{}";
  if (is_list && std::all_of(node.children.begin(), node.children.end(), is_plain)) {
    std::string out = inline_list(json, node);
    if (out.size() <= kInlineCharactersMax) return out;
  }
  const Layout inner{layout.indent + layout.unit, layout.unit, layout.newline};
  std::string out = is_list ? "[" : "{";
  for (const JsonNode& child : node.children) {
    if (out.size() > 1) out += ',';
    out += layout.newline + inner.indent;
    if (!is_list) {
      out += slice(json, child.key_span);
      out += ": ";
    }
    out += lay_out(json, child, inner);
  }
  out += layout.newline + layout.indent;
  return out + (is_list ? ']' : '}');
}

}  // namespace

std::string layout_json(std::string_view json, const Layout& layout) {
  const std::variant<JsonNode, JsonError> tree = parse_spanned_json(json);
  assert(std::holds_alternative<JsonNode>(tree));
  return lay_out(json, std::get<JsonNode>(tree), layout);
}

std::string layout_json_member(std::string_view member, const Layout& layout) {
  std::string object = "{";
  object += member;
  object += '}';
  const std::variant<JsonNode, JsonError> tree = parse_spanned_json(object);
  const JsonNode* root = std::get_if<JsonNode>(&tree);
  if (root == nullptr) return layout_json(member, layout);
  assert(root->children.size() == 1);
  const JsonNode& child = root->children.front();
  std::string out(slice(object, child.key_span));
  return out + ": " + lay_out(object, child, layout);
}

}  // namespace proxy::config
