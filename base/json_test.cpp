#include "base/json.h"

#include <catch2/catch.hpp>
#include <limits>

namespace base {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST_CASE("strings are escaped, and bytes that are not UTF-8 become replacement characters",
          "[base]") {
  CHECK(quoted("plain") == R"("plain")");
  CHECK(quoted("a\"b\\c\n\r\t") == R"("a\"b\\c\n\r\t")");
  CHECK(quoted(std::string_view("\0\x1f\x7f", 3)) == R"("\u0000\u001f\u007f")");
  CHECK(quoted("gr\u00fcn \u65e5 \U0001F600") == "\"gr\u00fcn \u65e5 \U0001F600\"");
  CHECK(quoted("a\xFFz") == "\"a\uFFFDz\"");
  CHECK(quoted("\xE2\x82") == "\"\uFFFD\uFFFD\"");            // cut short
  CHECK(quoted("\xC0\xAF") == "\"\uFFFD\uFFFD\"");            // overlong
  CHECK(quoted("\xED\xA0\x80") == "\"\uFFFD\uFFFD\uFFFD\"");  // surrogate
}

TEST_CASE("whatever bytes a string has, what is written parses", "[base]") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; second += 3) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second), '\x80'};
      REQUIRE(parse_document(quoted(bytes)).ok());
    }
  }
}

TEST_CASE("the writer places commas and colons and splices raw values", "[base]") {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object()
      .field("name", "x")
      .field("count", 3)
      .field("big", std::numeric_limits<std::uint64_t>::max())
      .field("low", std::numeric_limits<std::int64_t>::min())
      .field("yes", true)
      .field("half", 0.5)
      .field("none", std::numeric_limits<double>::quiet_NaN());
  writer.key("list").begin_array().value(1).null().begin_array().end_array().value("s").end_array();
  writer.raw_field("raw", R"({"a":[1,2]})").key("empty").begin_object().end_object().end_object();
  CHECK(out ==
        R"({"name":"x","count":3,"big":18446744073709551615,"low":-9223372036854775808,"yes":true,)"
        R"("half":0.5,"none":null,"list":[1,null,[],"s"],"raw":{"a":[1,2]},"empty":{}})");
  CHECK(parse_document(out).ok());
}

TEST_CASE("typed getters give a member only when it has the type", "[base]") {
  const auto parsed = parse_document(R"({"s":"text","b":false,"i":-5,"d":1.5,"o":{},"a":[]})");
  REQUIRE(parsed.ok());
  const rapidjson::Value& object = *parsed;
  CHECK(json_string(object, "s") == "text");
  CHECK(!json_string(object, "b"));
  CHECK(json_bool(object, "b") == false);
  CHECK(json_int(object, "i") == -5);
  CHECK(!json_int(object, "d"));
  CHECK(json_number(object, "d") == 1.5);
  CHECK(json_object(object, "o") != nullptr);
  CHECK(json_object(object, "a") == nullptr);
  CHECK(json_array(object, "a") != nullptr);
  CHECK(json_member(object, "missing") == nullptr);
  CHECK(json_member(*json_array(object, "a"), "s") == nullptr);
  CHECK(to_json(object) == R"({"s":"text","b":false,"i":-5,"d":1.5,"o":{},"a":[]})");
}

TEST_CASE("a document beyond a limit or not wholly valid is refused with its place", "[base]") {
  const auto refused = [](std::string_view text, const JsonLimits& limits = {}) {
    const auto parsed = parse_document(text, limits);
    REQUIRE(!parsed.ok());
    return parsed.error();
  };
  CHECK(refused("{\n  \"a\": nope}").message == "Line 2, column 9: Invalid value.");
  CHECK(refused("{} {}").code == ErrorCode::invalid_json);
  CHECK(refused("").code == ErrorCode::invalid_json);
  CHECK(refused(std::string_view("{}\0 garbage", 11)).message.find("NUL") != std::string::npos);
  CHECK(refused("\"\xFF\"").code == ErrorCode::invalid_json);
  CHECK(refused(R"("\udc00")").message.find("surrogate") != std::string::npos);
  CHECK(refused(R"({"\udc00":1})").message.find("surrogate") != std::string::npos);
  CHECK(refused(R"("\ud800")").code == ErrorCode::invalid_json);
  CHECK(refused("// no\n{}").code == ErrorCode::invalid_json);
  JsonLimits small;
  small.bytes_max = 3;
  CHECK(refused("1234", small).code == ErrorCode::too_large);
  CHECK(parse_document("123", small).ok());
}

TEST_CASE("nesting is limited exactly, and a million brackets do no harm", "[base]") {
  JsonLimits limits;
  limits.depth_max = 3;
  CHECK(parse_document(R"([[{"a":1}]])", limits).ok());
  CHECK(parse_document(R"([[{"a":1}],[],[[]]])", limits).ok());
  const auto refused = parse_document(R"([[{"a":[]}]])", limits);
  REQUIRE(!refused.ok());
  CHECK(refused.error().message.find("nested too deeply") != std::string::npos);
  CHECK(!parse_document(std::string(1'000'000, '[')).ok());
}

TEST_CASE("comments and trailing commas are read only when asked for", "[base]") {
  JsonLimits relaxed;
  relaxed.comments = true;
  const auto parsed = parse_document("\xEF\xBB\xBF{ // c\n \"a\": [1, /* x */ 2,],\n}\n", relaxed);
  REQUIRE(parsed.ok());
  CHECK(to_json(*parsed) == R"({"a":[1,2]})");
}

}  // namespace
}  // namespace base
