#include "proxy/catalog/list_pages.h"

#include <catch2/catch.hpp>

#include "base/json.h"
#include "proxy/catalog/test_catalog.h"

namespace proxy::catalog {
namespace {

TEST_CASE("all pages together hold each visible tool once, under its flat name", "[catalog]") {
  Catalog catalog(500);
  for (upstream::UpstreamId id = 0; id < 3; ++id) {
    std::string tools = "[";
    for (int i = 0; i < 900; ++i) {
      tools += fmt::format(R"({}{{"name":"t{}","inputSchema":{{}}}})", i == 0 ? "" : ",", i);
    }
    catalog.put(id, build(fmt::format("s{}", id), tools + "]"));
  }
  catalog.set_visible(1, false);
  const View view;
  ListPages pages(catalog, view);
  std::set<std::string> names;
  const std::string* page = &pages.first(ListKind::tools);
  int count = 0;
  while (true) {
    ++count;
    const auto document = base::parse_document(*page);
    REQUIRE(document.ok());
    for (const auto& tool : (*document)["tools"].GetArray()) {
      REQUIRE(names.insert(tool["name"].GetString()).second);
    }
    const auto cursor = base::json_string(*document, "nextCursor");
    if (!cursor) break;
    auto next = pages.page(ListKind::tools, *cursor);
    REQUIRE(next.ok());
    page = *next;
  }
  CHECK(count == 2);
  CHECK(names.size() == 1800);
  CHECK(names.contains("s2__t899"));
}

TEST_CASE("a cursor pins the list it came from, until that is long gone", "[catalog]") {
  Catalog catalog;
  std::string tools = "[";
  for (int i = 0; i < 1500; ++i) tools += fmt::format(R"({}{{"name":"t{}"}})", i ? "," : "", i);
  catalog.put(0, build("s", tools + "]"));
  const View view;
  ListPages pages(catalog, view);
  const auto document = base::parse_document(pages.first(ListKind::tools));
  const std::string cursor((*document)["nextCursor"].GetString());
  catalog.put(0, build("s", R"([{"name":"other"}])"));
  CHECK(pages.first(ListKind::tools).find("other") != std::string::npos);
  REQUIRE(pages.page(ListKind::tools, cursor).ok());
  CHECK((*pages.page(ListKind::tools, cursor))->find("s__t1499") != std::string::npos);
  // Lists of one page have no cursors, and put none out of date.
  for (std::size_t i = 0; i < 2 * ListPages::kEpochsKept; ++i) {
    catalog.put(0, build("s", fmt::format(R"([{{"name":"v{}"}}])", i)));
    pages.first(ListKind::tools);
  }
  CHECK(pages.page(ListKind::tools, cursor).ok());
  for (std::size_t i = 0; i < ListPages::kEpochsKept; ++i) {
    catalog.put(0, build("s", fmt::format(R"({},{{"name":"v{}"}}])", tools, i)));
    pages.first(ListKind::tools);
  }
  CHECK(!pages.page(ListKind::tools, cursor).ok());
  for (const char* bad : {"", "-", "1", "1-", "-1", "999-0", "x-y", "1-99", "1-0 "}) {
    CAPTURE(bad);
    CHECK(!pages.page(ListKind::tools, bad).ok());
  }
}

TEST_CASE("a view of several servers shows flat names and joined URIs, of one its own",
          "[catalog]") {
  Catalog catalog;
  const ListsOfTest lists{.tools = R"([{"name":"t"}])",
                          .prompts = R"([{"name":"p","title":"P"}])",
                          .resources = R"([{"uri":"memo://x","name":"x"}])",
                          .templates = R"([{"name":"l","uriTemplate":"log://{day}"}])"};
  catalog.put(0, build_all("a", lists));
  catalog.put(1, build_all("b", lists));
  const View all;
  ListPages joined(catalog, all);
  CHECK(joined.first(ListKind::prompts) ==
        R"({"prompts":[{"name":"a__p","title":"P"},{"name":"b__p","title":"P"}]})");
  CHECK(joined.first(ListKind::resources) ==
        R"({"resources":[{"uri":"mcptrunk://a/memo://x","name":"x"},)"
        R"({"uri":"mcptrunk://b/memo://x","name":"x"}]})");
  CHECK(joined.first(ListKind::resource_templates) ==
        R"({"resourceTemplates":[{"name":"l","uriTemplate":"mcptrunk://a/log://{day}"},)"
        R"({"name":"l","uriTemplate":"mcptrunk://b/log://{day}"}]})");
  const View one{Scope::of({1}), Naming::own, 1};
  ListPages own(catalog, one);
  CHECK(own.first(ListKind::tools) == R"({"tools":[{"name":"t"}]})");
  CHECK(own.first(ListKind::prompts) == R"({"prompts":[{"name":"p","title":"P"}]})");
  CHECK(own.first(ListKind::resources) == R"({"resources":[{"uri":"memo://x","name":"x"}]})");
  catalog.remove(0);
  CHECK(joined.first(ListKind::resources) == R"({"resources":[{"uri":"memo://x","name":"x"}]})");
  CHECK(!joined.page(ListKind::resources, "1-0").ok());
}

TEST_CASE("a view of one server hides no text either, and its names stay what calls name",
          "[catalog]") {
  Catalog catalog;
  const ListsOfTest lists{
      .tools = R"([{"name":"t\u200b","title":"T\u202e","description":"say\u2060 it"}])",
      .prompts = R"([{"name":"p\u200b","description":"P\u200b"}])",
      .resources = R"([{"uri":"memo://x\u200b","description":"R\u200b"}])",
      .templates = R"([{"uriTemplate":"log://{day}","description":"L\u200b"}])"};
  catalog.put(0, build_all("a", lists));
  const View one{Scope::of({0}), Naming::own, 0};
  ListPages own(catalog, one);
  CHECK(own.first(ListKind::tools) ==
        "{\"tools\":[{\"name\":\"t\u200b\",\"title\":\"T\",\"description\":\"say it\"}]}");
  CHECK(own.first(ListKind::prompts) ==
        "{\"prompts\":[{\"name\":\"p\u200b\",\"description\":\"P\"}]}");
  CHECK(own.first(ListKind::resources) ==
        R"({"resources":[{"uri":"memo://x\u200b","description":"R"}]})");
  CHECK(own.first(ListKind::resource_templates) ==
        R"({"resourceTemplates":[{"uriTemplate":"log://{day}","description":"L"}]})");
}

}  // namespace
}  // namespace proxy::catalog
