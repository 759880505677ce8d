#include "proxy/catalog/catalog.h"

#include <catch2/catch.hpp>

#include "proxy/catalog/test_catalog.h"

namespace proxy::catalog {
namespace {

constexpr const char* kTools = R"([
  {"name":"read","description":"Reads","inputSchema":{"type":"object"},
   "annotations":{"readOnlyHint":true,"destructiveHint":false},"x":1.0},
  {"name":"wipe"} ])";

TEST_CASE("a definition keeps its bytes, and what is not said is assumed the worst", "[catalog]") {
  const auto catalog = build("files", kTools);
  REQUIRE(catalog->tools().size() == 2);
  const Tool* read = catalog->find("read");
  REQUIRE(read != nullptr);
  CHECK(read->read_only);
  CHECK(!read->destructive);
  CHECK(read->json.find("\"x\":1.0}") != std::string_view::npos);
  CHECK(read->json.find('\n') == std::string_view::npos);
  CHECK(read->input_schema == R"({"type":"object"})");
  const Tool* wipe = catalog->find("wipe");
  REQUIRE(wipe != nullptr);
  CHECK(!wipe->read_only);
  CHECK(wipe->destructive);
}

TEST_CASE("definitions that cannot be used are left out and named", "[catalog]") {
  const auto catalog =
      build("s", R"([{"name":"a"},{"name":"a"},{"description":"no name"},7,{"name":""}])");
  CHECK(catalog->tools().size() == 1);
  CHECK(!catalog->complaints().empty());
  for (const char* page : {R"({"items":[]})", "[{"}) {
    UpstreamLists lists;
    lists.pages[0] = {page};
    CHECK(!ServerCatalog::build("s", lists, {}, 48).ok());
    // Tools are what a server is for; another list alone is no reason to do without it.
    std::swap(lists.pages[0], lists.pages[1]);
    const auto without = ServerCatalog::build("s", lists, {}, 48);
    REQUIRE(without.ok());
    CHECK((*without)->complaints().size() == 1);
  }
}

TEST_CASE("a filter admits the enabled tools, or all but the disabled ones", "[catalog]") {
  const std::vector<std::string> one{"wipe"};
  CHECK(build("s", kTools, {&one, nullptr})->find("read") == nullptr);
  CHECK(build("s", kTools, {nullptr, &one})->find("wipe") == nullptr);
  CHECK(build("s", kTools, {nullptr, &one})->find("read") != nullptr);
}

TEST_CASE("a new generation replaces the old one, and says what changed", "[catalog]") {
  Catalog catalog;
  const auto first = catalog.put(0, build("s", R"([{"name":"a"},{"name":"b"},{"name":"c"}])"));
  CHECK(first.of(ListKind::tools).added.size() == 3);
  const auto epoch = catalog.epoch(ListKind::tools);
  const auto next =
      catalog.put(0, build("s", R"([{"name":"b"},{"name":"c","description":"new"},{"name":"d"}])"));
  CHECK(next.of(ListKind::tools).added == std::vector<std::string>{"d"});
  CHECK(next.of(ListKind::tools).removed == std::vector<std::string>{"a"});
  CHECK(next.of(ListKind::tools).changed == std::vector<std::string>{"c"});
  CHECK(catalog.epoch(ListKind::tools) > epoch);
  CHECK(!catalog.find("s:a"));
  CHECK(!catalog.find_flat("s__a"));
  REQUIRE(catalog.find_flat("s__d"));
  CHECK(catalog.find_flat("s__d")->tool->name == "d");
  const auto unchanged = catalog.epoch(ListKind::tools);
  CHECK(
      catalog.put(0, build("s", R"([{"name":"b"},{"name":"c","description":"new"},{"name":"d"}])"))
          .empty());
  CHECK(catalog.epoch(ListKind::tools) == unchanged);
}

TEST_CASE("a hidden server is not found by flat name, but by id", "[catalog]") {
  Catalog catalog;
  catalog.put(3, build("s", R"([{"name":"a"}])"));
  CHECK(catalog.set_visible(3, false));
  CHECK(!catalog.find_flat("s__a"));
  REQUIRE(catalog.find("s:a"));
  CHECK(catalog.find("s:a")->upstream == 3);
  CHECK(catalog.visible_tool_count() == 0);
  CHECK(catalog.set_visible(3, true));
  CHECK(catalog.find_flat("s__a"));
  CHECK(!catalog.set_visible(3, true));
}

constexpr const char* kTwoResources =
    R"([{"uri":"memo://a","name":"a"},{"uri":"memo://b","name":"b"}])";

TEST_CASE("each kind of list has its own difference and its own epoch", "[catalog]") {
  Catalog catalog;
  catalog.put(0, build_all("s", {.tools = R"([{"name":"t"}])",
                                 .prompts = R"([{"name":"p"}])",
                                 .resources = kTwoResources}));
  const auto tools = catalog.epoch(ListKind::tools);
  const auto resources = catalog.epoch(ListKind::resources);
  const auto difference =
      catalog.put(0, build_all("s", {.tools = R"([{"name":"t"}])",
                                     .prompts = R"([{"name":"p"}])",
                                     .resources = R"([{"uri":"memo://b","name":"other"}])"}));
  CHECK(difference.of(ListKind::tools).empty());
  CHECK(difference.of(ListKind::prompts).empty());
  CHECK(difference.of(ListKind::resources).removed == std::vector<std::string>{"memo://a"});
  CHECK(difference.of(ListKind::resources).changed == std::vector<std::string>{"memo://b"});
  CHECK(catalog.epoch(ListKind::tools) == tools);
  CHECK(catalog.epoch(ListKind::resources) > resources);
  CHECK(catalog.find_flat_prompt("s__p"));
  catalog.remove(0);
  CHECK(!catalog.find_flat_prompt("s__p"));
  CHECK(catalog.owners_of_uri("memo://b", Scope::all()).empty());
}

TEST_CASE("a URI of one server stays as it is, one of several is joined with its server",
          "[catalog]") {
  Catalog catalog;
  catalog.put(0, build_all("a", {.resources = kTwoResources}));
  catalog.put(1, build_all("b", {.resources = R"([{"uri":"memo://b","name":"b"}])"}));
  CHECK(catalog.shown_uri(0, "memo://a") == "memo://a");
  CHECK(catalog.shown_uri(0, "memo://b") == "mcptrunk://a/memo://b");
  CHECK(catalog.shown_uri(1, "memo://b") == "mcptrunk://b/memo://b");
  // b never listed it: it must not be read from a.
  CHECK(catalog.shown_uri(1, "memo://a") == "mcptrunk://b/memo://a");
  CHECK(catalog.owners_of_uri("memo://b", Scope::all()).size() == 2);
  CHECK(catalog.owners_of_uri("memo://b", Scope::of({1})) == std::vector<upstream::UpstreamId>{1});
  // Whoever lists it first is of no account, and what is hidden or gone stands in nobody's way.
  catalog.set_visible(0, false);
  CHECK(catalog.shown_uri(1, "memo://b") == "memo://b");
  catalog.set_visible(0, true);
  catalog.remove(1);
  CHECK(catalog.shown_uri(0, "memo://b") == "memo://b");
}

TEST_CASE("a URI that nobody lists belongs to the servers with a template it fits", "[catalog]") {
  Catalog catalog;
  catalog.put(0, build_all("a", {.templates = R"([{"uriTemplate":"log://{day}","name":"l"}])"}));
  catalog.put(1, build_all("b", {.resources = R"([{"uri":"log://today","name":"t"}])"}));
  CHECK(catalog.owners_of_uri("log://monday", Scope::all()) ==
        std::vector<upstream::UpstreamId>{0});
  CHECK(catalog.owners_of_uri("log://today", Scope::all()) == std::vector<upstream::UpstreamId>{1});
  CHECK(catalog.owners_of_uri("log://a/b", Scope::all()).empty());
  CHECK(catalog.shown_uri(0, "log://monday") == "log://monday");
  catalog.put(2, build_all("c", {.templates = R"([{"uriTemplate":"log://{day}","name":"l"}])"}));
  CHECK(catalog.shown_uri(0, "log://monday") == "mcptrunk://a/log://monday");
  CHECK(catalog.shown_template(2, "log://{day}") == "mcptrunk://c/log://{day}");
}

TEST_CASE("a server cannot list a URI that leads to another", "[catalog]") {
  Catalog catalog;
  catalog.put(0,
              build_all("evil", {.resources = R"([{"uri":"mcptrunk://a/memo://a","name":"a"}])"}));
  CHECK(catalog.shown_uri(0, "mcptrunk://a/memo://a") == "mcptrunk://evil/mcptrunk://a/memo://a");
}

}  // namespace
}  // namespace proxy::catalog
