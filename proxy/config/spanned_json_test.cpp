#include "proxy/config/spanned_json.h"

#include <catch2/catch.hpp>

namespace proxy::config {
namespace {

std::string slice(std::string_view text, Span span) {
  return std::string(text.substr(span.begin, span.size()));
}

TEST_CASE("every node knows the bytes of its key and its value", "[config]") {
  const std::string_view text =
      "\xEF\xBB\xBF/* \" */ {\"a\\\"\\\\\" : \"x\\\\\", // \"no\"\n"
      " \"list\": [ 1.5e3 ,true,false , null, {}, [] , ],\"\\u00e9\":{ \"in\" : \"\" , } } ";
  const auto result = parse_spanned_json(text);
  REQUIRE(std::holds_alternative<JsonNode>(result));
  const JsonNode& root = std::get<JsonNode>(result);
  CHECK(text.substr(root.value.begin).starts_with("{\"a"));
  CHECK(slice(text, root.value).ends_with("\"\" , } }"));
  REQUIRE(root.children.size() == 3);
  const JsonNode& first = root.children[0];
  CHECK(first.key == "a\"\\");
  CHECK(slice(text, first.key_span) == "\"a\\\"\\\\\"");
  CHECK(first.text == "x\\");
  CHECK(slice(text, first.value) == "\"x\\\\\"");
  const JsonNode& list = root.children[1];
  CHECK(slice(text, list.value) == "[ 1.5e3 ,true,false , null, {}, [] , ]");
  std::vector<std::string> items;
  for (const JsonNode& item : list.children) items.push_back(slice(text, item.value));
  CHECK(items == std::vector<std::string>{"1.5e3", "true", "false", "null", "{}", "[]"});
  const JsonNode* accent = root.find("\xC3\xA9");
  REQUIRE(accent != nullptr);
  CHECK(slice(text, accent->find("in")->value) == "\"\"");
  CHECK(root.find("absent") == nullptr);
}

TEST_CASE("lines and columns count from one, columns in characters", "[config]") {
  const std::string_view text =
      "\xEF\xBB\xBF"
      "ab\n\xC3\xA9x\r\n\nz";
  const LineIndex lines(text);
  const auto at = [&](std::size_t offset) {
    return std::pair(lines.at(offset).line, lines.at(offset).column);
  };
  using Place = std::pair<std::uint32_t, std::uint32_t>;
  CHECK(at(3) == Place{1, 1});
  CHECK(at(4) == Place{1, 2});
  CHECK(at(6) == Place{2, 1});
  CHECK(at(8) == Place{2, 2});
  CHECK(at(12) == Place{4, 1});
  CHECK(at(1'000) == Place{4, 2});
}

}  // namespace
}  // namespace proxy::config
