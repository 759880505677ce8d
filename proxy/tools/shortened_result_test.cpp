#include "proxy/tools/shortened_result.h"

#include <catch2/catch.hpp>

#include "base/json.h"
#include "proxy/tools/text_piece.h"

namespace proxy::tools {
namespace {

std::string text_block(std::string_view text) {
  std::string out = R"({"type":"text","text":)";
  base::append_json_string(out, text);
  return out + "}";
}

std::vector<std::string> texts_of(const std::string& result) {
  const auto document = base::parse_document(result);
  REQUIRE(document.ok());
  std::vector<std::string> texts;
  for (const auto& block : base::json_array(*document, "content")->GetArray()) {
    if (const auto text = base::json_string(block, "text")) texts.emplace_back(*text);
  }
  return texts;
}

TEST_CASE("a result that fits is left alone", "[tools]") {
  const std::string result = R"({"content":[)" + text_block(std::string(50, 'x')) + "]}";
  CHECK(!shorten(result, 50, "k"));
  CHECK(shorten(result, 49, "k"));
  // Bytes are not characters, and escapes are not text.
  CHECK(!shorten(R"({"content":[{"type":"text","text":"\u00e9\u00e9\u00e9"}]})", 3, "k"));
  CHECK(!shorten(R"({"toolResult":"an old form, without a content array"})", 3, "k"));
}

TEST_CASE("a long text is cut, the rest is said how to read, and its block keeps its members",
          "[tools]") {
  const std::string text(1000, 'x');
  const auto shortened =
      shorten(R"({"content":[{"type":"text","annotations":{"priority":1},"text":")" + text +
                  R"("}],"isError":true,"_meta":{"their":"own"}})",
              100, "KEY");
  REQUIRE(shortened);
  CHECK(shortened->text == text);
  const auto texts = texts_of(shortened->result);
  REQUIRE(texts.size() == 2);
  CHECK(texts[0] == text.substr(0, 100));
  CHECK(texts[1].find(R"(read_cache {"key":"KEY","offset":100})") != std::string::npos);
  for (const char* kept : {R"("annotations":{"priority":1})", R"("isError":true)",
                           R"("their":"own")", R"("mcptrunk/cached":{"key":"KEY")"}) {
    CHECK(shortened->result.find(kept) != std::string::npos);
  }
}

TEST_CASE("reading on from the note's offset misses nothing, over several blocks", "[tools]") {
  const std::string result = R"({"content":[)" + text_block(std::string(30, 'a')) + "," +
                             text_block(std::string(30, 'b')) + "," +
                             text_block(std::string(30, 'c')) + "]}";
  const auto shortened = shorten(result, 40, "k");
  REQUIRE(shortened);
  const auto texts = texts_of(shortened->result);
  REQUIRE(texts.size() == 4);  // every block is still there
  CHECK(texts[0] == std::string(30, 'a'));
  CHECK(texts[1] == std::string(10, 'b'));
  CHECK(texts[3].find(R"("offset":41})") != std::string::npos);  // a line break joins the blocks
  CHECK(piece_of(shortened->text, 41, 1000).text ==
        std::string(20, 'b') + "\n" + std::string(30, 'c'));
}

TEST_CASE("images, audio, links and what is not known go whole", "[tools]") {
  const std::string image =
      R"({"type":"image","data":")" + std::string(500, 'A') + R"(","mimeType":"image/png"})";
  const std::string blob =
      R"({"type":"resource","resource":{"uri":"u://x","blob":")" + std::string(400, 'B') + R"("}})";
  const std::string odd = R"({"type":"hologram","rays":[1,2,3]})";
  const auto shortened =
      shorten(R"({"content":[)" + image + "," + text_block(std::string(99, 'x')) + "," + blob +
                  "," + odd + "]}",
              10, "k");
  REQUIRE(shortened);
  for (const std::string& block : {image, blob, odd}) {
    CHECK(shortened->result.find(block) != std::string::npos);
  }
  // Media alone is no text at all.
  CHECK(!shorten(R"({"content":[)" + image + "]}", 10, "k"));
}

TEST_CASE("the text of an embedded resource counts and is cut in its place", "[tools]") {
  const auto shortened =
      shorten(R"({"content":[{"type":"resource","resource":{"uri":"f:///x","text":")" +
                  std::string(100, 'r') + R"("}}]})",
              10, "k");
  REQUIRE(shortened);
  CHECK(shortened->result.find(R"("resource":{"uri":"f:///x","text":"rrrrrrrrrr"})") !=
        std::string::npos);
}

TEST_CASE("structured content goes when it does not fit, and is the text where there is none",
          "[tools]") {
  const std::string structured = R"({"rows":")" + std::string(100, 's') + R"("})";
  const auto beside = shorten(
      R"({"content":[{"type":"text","text":"short"}],"structuredContent":)" + structured + "}", 50,
      "k");
  REQUIRE(beside);
  CHECK(beside->result.find("structuredContent") == std::string::npos);
  CHECK(texts_of(beside->result)[0] == "short");
  CHECK(beside->text == "short\n" + structured);
  const auto alone = shorten(R"({"content":[],"structuredContent":)" + structured + "}", 50, "k");
  REQUIRE(alone);
  CHECK(texts_of(alone->result)[0] == structured.substr(0, 50));
  CHECK(alone->text == structured);
}

TEST_CASE("a JSON array is shown as an array", "[tools]") {
  std::string array = "[";
  for (int i = 0; i < 100; ++i) array += fmt::format("{}{{\"n\":{}}}", i == 0 ? "" : ",", i);
  array += "]";
  const auto shortened = shorten(R"({"content":[)" + text_block(array) + "]}", 100, "k");
  REQUIRE(shortened);
  const auto shown = base::parse_document(texts_of(shortened->result)[0]);
  REQUIRE(shown.ok());
  CHECK(shown->IsArray());
  CHECK(shown->Size() > 5);
}

}  // namespace
}  // namespace proxy::tools
