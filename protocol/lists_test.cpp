#include "protocol/lists.h"

#include <catch2/catch.hpp>
#include <random>

#include "protocol/handshake.h"

namespace protocol {
namespace {

TEST_CASE("a page of tools is taken apart, each tool's bytes as they were sent", "[protocol]") {
  const std::string text =
      R"({"nextCursor":"p2","tools":[{"name":"a","description":"Reads \"x\"","inputSchema":{"type":"object", "$defs":{"name":{}}},)"
      R"("annotations":{"readOnlyHint":true,"title":"A"},"x-own":[1]} , {"name":"b","title":"B","inputSchema":{},)"
      R"("annotations":{"readOnlyHint":"yes","destructiveHint":false,"openWorldHint":false,"idempotentHint":true}}]})";
  const auto page = read_list_page(ListKind::tools, text);
  REQUIRE(page.ok());
  REQUIRE(page->items.size() == 2);
  CHECK(page->next_cursor == "p2");
  const ListItem& a = page->items[0];
  CHECK(a.raw.starts_with(R"({"name":"a",)"));
  CHECK(a.raw.ends_with(R"("x-own":[1]})"));
  CHECK(a.name == "a");
  CHECK(a.title == "A");
  CHECK(a.description == "Reads \"x\"");
  CHECK(a.input_schema == R"({"type":"object", "$defs":{"name":{}}})");
  CHECK(a.hints.is_read_only());
  CHECK(!a.hints.is_destructive());
  const ListItem& b = page->items[1];
  CHECK(b.title == "B");
  CHECK(!b.hints.read_only);
  CHECK(!b.hints.is_read_only());
  CHECK(!b.hints.is_destructive());
  CHECK(b.hints.idempotent == true);
  CHECK(b.hints.open_world == false);
  CHECK(page->left_out == 0);
}

TEST_CASE("a tool that says nothing of itself counts as destructive", "[protocol]") {
  const auto item = read_list_item(ListKind::tools, R"({"name":"a"})");
  REQUIRE(item.ok());
  CHECK(item->hints.is_destructive());
  CHECK(item->input_schema.empty());
}

TEST_CASE("bad items are left out and the rest of the page is good", "[protocol]") {
  const std::string text =
      R"({"tools":[7,{"name":""},{"description":"x"},{"name":5},{"name":"ok"},{"name":"ok"},{"name":")" +
      std::string(kNameBytesMax + 1, 'n') + R"("}]})";
  const auto page = read_list_page(ListKind::tools, text);
  REQUIRE(page.ok());
  REQUIRE(page->items.size() == 1);
  CHECK(page->items[0].name == "ok");
  CHECK(page->left_out == 6);
  CHECK(!page->next_cursor);
}

TEST_CASE("resources and templates are known by their uri", "[protocol]") {
  const auto page = read_list_page(
      ListKind::resources,
      R"({"resources":[{"uri":"test:\/\/a","name":"same"},{"uri":"test://b","name":"same"},{"name":"no"}]})");
  REQUIRE(page.ok());
  REQUIRE(page->items.size() == 2);
  CHECK(page->items[0].uri == "test://a");
  const auto templates =
      read_list_page(ListKind::resource_templates,
                     R"({"resourceTemplates":[{"uriTemplate":"t://{id}","name":"n"}]})");
  REQUIRE(templates.ok());
  CHECK(templates->items[0].uri == "t://{id}");
}

TEST_CASE("an answer without its list is a protocol error", "[protocol]") {
  for (const std::string_view text : {"{}", R"({"tools":{}})", "[]", R"({"prompts":[]})"}) {
    const auto page = read_list_page(ListKind::tools, text);
    REQUIRE(!page.ok());
    CHECK(page.error().code == base::ErrorCode::protocol_error);
  }
  CHECK(read_list_page(ListKind::prompts, R"({"prompts":[]})").ok());
}

TEST_CASE("an empty cursor is a cursor, an endless page is refused", "[protocol]") {
  CHECK(read_list_page(ListKind::tools, R"({"tools":[],"nextCursor":""})")->next_cursor == "");
  std::string text = R"({"tools":[{"name":"0"})";
  for (std::size_t i = 1; i < kListItemsMax; ++i) {
    text += R"(,{"name":")" + std::to_string(i) + "\"}";
  }
  CHECK(read_list_page(ListKind::tools, text + "]}")->items.size() == kListItemsMax);
  CHECK(read_list_page(ListKind::tools, text + ",{}]}").error().code == base::ErrorCode::too_many);
}

TEST_CASE("a list is written from raw items and reads back", "[protocol]") {
  std::string out;
  append_list_result(out, ListKind::tools, {R"({"name":"a"})", "{\"name\":\n\"b\"}"}, "c\"1");
  CHECK(out == R"({"tools":[{"name":"a"},{"name": "b"}],"nextCursor":"c\"1"})");
  const auto page = read_list_page(ListKind::tools, out);
  REQUIRE(page.ok());
  CHECK(page->next_cursor == "c\"1");
  out.clear();
  append_list_result(out, ListKind::resource_templates, {}, std::nullopt);
  CHECK(out == R"({"resourceTemplates":[]})");
}

// A server may answer anything: the readers say so, and what they read lies inside the answer.
TEST_CASE("random damage never escapes the readers", "[protocol][random]") {
  const std::string page_text =
      R"({"tools":[{"name":"a","description":"\u00e9","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},{"name":"b"}],"nextCursor":"c"})";
  const std::string handshake_text =
      R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true},"resources":{}},"serverInfo":{"name":"n","version":"1"},"instructions":"x"})";
  const auto seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  constexpr std::string_view kSpice = "{}[]\",:\\u\n\xff 0-e.truefalse";
  std::size_t pages = 0;
  std::size_t handshakes = 0;
  for (int round = 0; round < 10'000; ++round) {
    std::string text = round % 2 == 0 ? page_text : handshake_text;
    for (std::size_t edits = random() % 4; edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0) text[at] = kSpice[random() % kSpice.size()];
      if (random() % 2 == 0) text.erase(at, 1 + random() % 6);
    }
    handshakes += read_initialize_result(text).ok() ? 1U : 0U;
    const auto page = read_list_page(ListKind::tools, text);
    if (!page.ok()) continue;
    ++pages;
    for (const ListItem& item : page->items) {
      CHECK(!item.name.empty());
      CHECK(item.raw.data() >= text.data());
      CHECK(item.raw.data() + item.raw.size() <= text.data() + text.size());
      CHECK(read_list_item(ListKind::tools, item.raw).ok());
    }
  }
  CHECK(pages > 1000);
  CHECK(handshakes > 1000);
}

TEST_CASE("an item over the size of a definition is left out, and no other", "[lists]") {
  const auto item = [](std::string_view name, std::size_t bytes) {
    std::string text = fmt::format(R"({{"name":"{}","description":""}})", name);
    text.insert(text.size() - 2, std::string(bytes - text.size(), 'd'));
    return text;
  };
  const std::string page = R"({"tools":[)" + item("long", kItemBytesMax + 1) + "," +
                           item("fits", kItemBytesMax) + R"(,{"name":"other"}]})";
  const auto read = read_list_page(ListKind::tools, page);
  REQUIRE(read.ok());
  CHECK(read->left_out == 1);
  REQUIRE(read->items.size() == 2);
  CHECK(read->items[0].name == "fits");
}

}  // namespace
}  // namespace protocol
