#include "protocol/links.h"

#include <catch2/catch.hpp>

namespace protocol {
namespace {

std::string marked(std::string_view uri) {
  return "x:" + std::string(uri);
}

std::string relinked(LinkForm form, std::string_view result) {
  std::string out;
  if (!append_relinked(out, form, result, marked)) return "unchanged";
  return out;
}

TEST_CASE("links and embedded resources of a tool result are found where they count", "[links]") {
  CHECK(
      relinked(LinkForm::tool_result,
               R"({"content":[{"uri":"a:1","type":"resource_link","name":"uri"},)"
               R"({"type":"text","text":"\"uri\":\"a:2\"","uri":"a:3"},)"
               R"({"type":"resource","resource":{"text":"t","uri":"a:4"},"_meta":{"uri":"a:5"}}],)"
               R"("structuredContent":{"content":[{"type":"resource_link","uri":"a:6"}]}})") ==
      R"({"content":[{"uri":"x:a:1","type":"resource_link","name":"uri"},)"
      R"({"type":"text","text":"\"uri\":\"a:2\"","uri":"a:3"},)"
      R"({"type":"resource","resource":{"text":"t","uri":"x:a:4"},"_meta":{"uri":"a:5"}}],)"
      R"("structuredContent":{"content":[{"type":"resource_link","uri":"a:6"}]}})");
}

TEST_CASE("links of prompts stand in one block or in several", "[links]") {
  CHECK(
      relinked(
          LinkForm::prompt_result,
          R"({"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"a:1"}}},)"
          R"({"role":"user","content":[{"type":"resource_link","uri":"a\u003a2"}]}]})") ==
      R"({"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"x:a:1"}}},)"
      R"({"role":"user","content":[{"type":"resource_link","uri":"x:a:2"}]}]})");
}

TEST_CASE("the contents that were read carry their URI", "[links]") {
  CHECK(relinked(LinkForm::read_result, R"({"contents":[{"uri":"a:1","text":""},{"uri":7}]})") ==
        R"({"contents":[{"uri":"x:a:1","text":""},{"uri":7}]})");
}

TEST_CASE("a result without links is left alone", "[links]") {
  CHECK(relinked(LinkForm::tool_result, R"({"content":[{"type":"text","text":"uri"}]})") ==
        "unchanged");
  CHECK(relinked(LinkForm::tool_result, R"({"content":{"uri":"a:1"},"uri":"a:2"})") == "unchanged");
  std::string out;
  CHECK(!append_relinked(out, LinkForm::read_result, R"({"contents":[{"uri":"a:1"}]})",
                         [](std::string_view uri) { return std::string(uri); }));
  CHECK(out.empty());
}

TEST_CASE("line breaks of a pretty-printed result do not survive relinking", "[links]") {
  CHECK(relinked(LinkForm::read_result, "{\n\"contents\":[\r\n{\"uri\":\"a:1\"}\n]\n}") ==
        "{ \"contents\":[  {\"uri\":\"x:a:1\"} ] }");
}

}  // namespace
}  // namespace protocol
