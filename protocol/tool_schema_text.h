// The words of a tool's inputSchema that search indexes: names, descriptions, titles and enum
// values of its parameters, nested ones included. Shared by the catalog and the benchmarks, so that
// both index the same. Pure functions; any thread. Tolerant: what is no schema gives nothing. Cost:
// linear, within the limits.
#pragma once
#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace protocol {

struct ToolSchemaText {
  static constexpr std::size_t kItemsMax = 200;       // names, and texts
  static constexpr std::size_t kTextBytesMax = 2048;  // of one text; the rest is cut
  static constexpr std::uint32_t kDepthMax = 8;

  std::vector<std::string> parameter_names;
  std::vector<std::string> parameter_texts;
};

ToolSchemaText tool_schema_text(const rapidjson::Value& input_schema);
// Of the JSON text; nothing when it does not parse.
ToolSchemaText tool_schema_text(std::string_view input_schema);

}  // namespace protocol
