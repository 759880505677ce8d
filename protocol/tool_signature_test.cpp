#include "protocol/tool_signature.h"

#include <catch2/catch.hpp>

namespace protocol {
namespace {

std::string of(std::string_view schema) {
  return tool_signature("t", schema);
}

TEST_CASE("a signature names parameters and types, required ones first") {
  CHECK(tool_signature("create_issue", std::string_view(R"({"type":"object","properties":{
          "labels":{"type":"array","items":{"type":"string"}},
          "owner":{"type":"string"},"repo":{"type":"string"},
          "count":{"type":"integer","default":10},"ratio":{"type":"number"},"draft":{"type":"boolean","default":false}},
          "required":["owner","repo"]})")) ==
        "create_issue(owner*: str, repo*: str, labels: [str], count: int = 10, ratio: num, draft: "
        "bool = false)");
  CHECK(of(R"({"type":"object"})") == "t()");
}

TEST_CASE("enums, alternatives, references and nested objects have a short form") {
  CHECK(of(R"({"properties":{"s":{"enum":["open","closed",null]}}})") ==
        R"(t(s: "open"|"closed"))");
  CHECK(
      of(R"({"properties":{"s":{"anyOf":[{"type":"string"},{"type":"null"},{"type":"integer"}]}}})") ==
      "t(s: str|int)");
  CHECK(of(R"({"properties":{"s":{"type":["string","null"]}}})") == "t(s: str)");
  CHECK(
      of(R"({"properties":{"e":{"type":"array","items":{"type":"object","properties":{"old":{"type":"string"}},"required":["old"]}}}})") ==
      "t(e: [{old*: str}])");
  CHECK(of(R"({"properties":{"f":{"$ref":"#/$defs/F"}},"$defs":{"F":{"type":"boolean"}}})") ==
        "t(f: bool)");
}

TEST_CASE("nonsense never breaks the line") {
  for (const char* schema :
       {"", "null", "[1]", "{", R"({"properties":[]})", R"({"properties":3,"required":7})"}) {
    CHECK(of(schema) == "t()");
  }
  CHECK(
      of(R"({"properties":{"a":1,"b":{"type":7},"c":{"$ref":"#/nowhere"},"d":{"enum":[]},"e":{"anyOf":[]}}})") ==
      "t(a: any, b: any, c: any, d: any, e: any)");
  CHECK(of(R"({"properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"$ref":"#/$defs/A"}}})") ==
        "t(a: any)");
  CHECK(
      of(R"({"properties":{"a\nb\u0000c":{"type":"string","default":"x\r\ny"}},"required":[1,"a"]})")
          .find('\n') == std::string::npos);
}

TEST_CASE("a schema that contains itself and one of a thousand parameters stay short") {
  const std::string recursive = of(
      R"({"properties":{"n":{"$ref":"#/$defs/N"}},"$defs":{"N":{"type":"object","properties":{"l":{"$ref":"#/$defs/N"},"r":{"$ref":"#/$defs/N"}}}}})");
  CHECK(recursive.size() < 300);
  std::string many = R"({"properties":{)";
  for (int i = 0; i < 1000; ++i)
    many += "\"parameter" + std::to_string(i) + R"(":{"type":"string"},)";
  many.back() = '}';
  many += '}';
  const std::string line = of(many);
  CHECK(line.size() <= kSignatureBytesMax + 3);
  CHECK(line.ends_with(", ...)"));
}

TEST_CASE("a schema built to explode is given up early") {
  std::string choices;
  for (int i = 0; i < 2000; ++i) choices += R"({"$ref":"#/$defs/N"},)";
  choices.pop_back();
  std::string properties;
  for (int i = 0; i < 5000; ++i) {
    properties += "\"p" + std::to_string(i) + R"(":{"anyOf":[{"$ref":"#/$defs/N"}]},)";
  }
  properties.pop_back();
  const std::string line = of(R"({"properties":{"n":{"anyOf":[)" + choices +
                              R"(]}},"$defs":{"N":{"type":"object","properties":{)" + properties +
                              R"(,"z":{"anyOf":[)" + choices + R"(]}}}}})");
  CHECK(line.size() <= kSignatureBytesMax + 3);
}

TEST_CASE("the first sentence is cut from a description") {
  CHECK(first_sentence("Reads a file (e.g. a log).  More.", 100) == "Reads a file (e.g. a log).");
  CHECK(first_sentence("\n List users\nand more", 100) == "List users");
  CHECK(first_sentence("Version 1.2 of it! Yes", 100) == "Version 1.2 of it!");
  CHECK(first_sentence("", 10).empty());
  CHECK(first_sentence("abcdefghij\u00e9klm", 14) == "abcdefghij...");
  CHECK(first_sentence("a\tb\x01"
                       "c",
                       14) == "a b c");
}

}  // namespace
}  // namespace protocol
