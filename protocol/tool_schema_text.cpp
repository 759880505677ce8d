#include "protocol/tool_schema_text.h"

#include <array>

#include "base/json.h"
#include "base/utf8.h"

namespace protocol {
namespace {

void add_text(const rapidjson::Value& value, ToolSchemaText& out) {
  if (!value.IsString() || value.GetStringLength() == 0) return;
  if (out.parameter_texts.size() == ToolSchemaText::kItemsMax) return;
  out.parameter_texts.emplace_back(
      base::utf8_prefix(base::json_text(value), ToolSchemaText::kTextBytesMax));
}

void walk(const rapidjson::Value& schema, std::uint32_t depth, ToolSchemaText& out);

void walk_list(const rapidjson::Value& list, std::uint32_t depth, ToolSchemaText& out) {
  for (const auto& schema : list.GetArray()) walk(schema, depth, out);
}

void walk(const rapidjson::Value& schema, std::uint32_t depth, ToolSchemaText& out) {
  static constexpr std::array<std::string_view, 3> kChoices{"anyOf", "oneOf", "allOf"};
  static constexpr std::array<std::string_view, 2> kInner{"items", "additionalProperties"};
  static constexpr std::array<std::string_view, 2> kDefinitions{"$defs", "definitions"};
  if (!schema.IsObject() || depth > ToolSchemaText::kDepthMax) return;
  // The schema as a whole describes the tool, not a parameter: its own title is noise.
  if (depth > 0) {
    for (const std::string_view key :
         {std::string_view("title"), std::string_view("description")}) {
      if (const auto* text = base::json_member(schema, key)) add_text(*text, out);
    }
    if (const auto* values = base::json_array(schema, "enum")) {
      for (const auto& value : values->GetArray()) add_text(value, out);
    }
    if (const auto* value = base::json_member(schema, "const")) add_text(*value, out);
  }
  if (const auto* properties = base::json_object(schema, "properties")) {
    for (const auto& member : properties->GetObject()) {
      if (out.parameter_names.size() == ToolSchemaText::kItemsMax) break;
      out.parameter_names.emplace_back(base::json_text(member.name));
      walk(member.value, depth + 1, out);
    }
  }
  for (const std::string_view key : kInner) {
    if (const auto* inner = base::json_object(schema, key)) walk(*inner, depth + 1, out);
  }
  for (const std::string_view key : kChoices) {
    if (const auto* list = base::json_array(schema, key)) walk_list(*list, depth + 1, out);
  }
  for (const std::string_view key : kDefinitions) {
    if (const auto* definitions = base::json_object(schema, key)) {
      for (const auto& member : definitions->GetObject()) walk(member.value, depth + 1, out);
    }
  }
}

}  // namespace

ToolSchemaText tool_schema_text(const rapidjson::Value& input_schema) {
  ToolSchemaText out;
  walk(input_schema, 0, out);
  return out;
}

ToolSchemaText tool_schema_text(std::string_view input_schema) {
  const auto parsed = base::parse_document(input_schema);
  return parsed.ok() ? tool_schema_text(*parsed) : ToolSchemaText{};
}

}  // namespace protocol
