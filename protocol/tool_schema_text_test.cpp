#include "protocol/tool_schema_text.h"

#include <catch2/catch.hpp>

namespace protocol {
namespace {

TEST_CASE("names and texts of all parameters are extracted, nested ones too") {
  const auto text = tool_schema_text(std::string_view(R"({
    "type":"object","title":"Noise",
    "properties":{
      "path":{"type":"string","description":"Where the file is","title":"Path"},
      "mode":{"enum":["text","binary",3,null]},
      "edits":{"type":"array","items":{"type":"object","properties":{"oldText":{"description":"To replace"}}}},
      "target":{"anyOf":[{"type":"object","properties":{"url":{}}},{"const":"none"}]}},
    "$defs":{"Filter":{"properties":{"since":{"description":"A date"}}}}})"));
  CHECK(text.parameter_names ==
        std::vector<std::string>{"path", "mode", "edits", "oldText", "target", "url", "since"});
  CHECK(text.parameter_texts == std::vector<std::string>{"Path", "Where the file is", "text",
                                                         "binary", "To replace", "none", "A date"});
}

TEST_CASE("nonsense in place of a schema gives what can be read") {
  for (const char* json :
       {"", "null", "[]", "3", "{", R"({"properties":[]})", R"({"properties":{"a":1}})"}) {
    CHECK(tool_schema_text(std::string_view(json)).parameter_texts.empty());
  }
  CHECK(tool_schema_text(std::string_view(R"({"properties":{"a":1}})")).parameter_names ==
        std::vector<std::string>{"a"});
}

TEST_CASE("size and depth are bounded") {
  std::string many = R"({"properties":{)";
  for (int i = 0; i < 500; ++i) many += "\"p" + std::to_string(i) + "\":{\"description\":\"d\"},";
  many.back() = '}';
  many += '}';
  CHECK(tool_schema_text(std::string_view(many)).parameter_names.size() ==
        ToolSchemaText::kItemsMax);
  CHECK(tool_schema_text(std::string_view(many)).parameter_texts.size() ==
        ToolSchemaText::kItemsMax);
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += R"({"properties":{"a":)";
  deep += "{}";
  for (int i = 0; i < 40; ++i) deep += "}}";
  CHECK(tool_schema_text(std::string_view(deep)).parameter_names.size() ==
        ToolSchemaText::kDepthMax + 1);
  const std::string long_text =
      R"({"properties":{"a":{"description":")" + std::string(2047, 'x') + "\u00e9\"}}}";
  CHECK(tool_schema_text(std::string_view(long_text)).parameter_texts[0].size() == 2047);
}

}  // namespace
}  // namespace protocol
