#include "proxy/catalog/shown_definition.h"

#include <catch2/catch.hpp>

#include "protocol/flat_name.h"
#include "proxy/catalog/test_catalog.h"

namespace proxy::catalog {
namespace {

// How the first tool of the second of two servers with the same `ui://x` is shown.
std::string shown(const std::string& tool) {
  Catalog catalog;
  const std::string resources = R"([{"uri":"ui://x","name":"x"},{"uri":"ui://own","name":"o"}])";
  catalog.put(0, build_all("a", {.resources = R"([{"uri":"ui://x","name":"x"}])"}));
  catalog.put(1, build_all("b", {.tools = "[" + tool + "]", .resources = resources}));
  return shown_definition(catalog, 1, catalog.server(1)->tools().front());
}

TEST_CASE("the resource that shows an app's tool is named as it can be read", "[catalog]") {
  CHECK(
      shown(R"({"name":"t","_meta":{"k":1,"ui":{"v":["app"],"resourceUri":"ui://x"}}})") ==
      R"({"name":"b__t","_meta":{"k":1,"ui":{"v":["app"],"resourceUri":"mcptrunk://b/ui://x"}}})");
  CHECK(shown(R"({"_meta":{"ui/resourceUri":"ui:\/\/x"},"name":"t"})") ==
        R"({"_meta":{"ui/resourceUri":"mcptrunk://b/ui://x"},"name":"b__t"})");
  CHECK(shown(R"({"name":"t","_meta":{"ui":{"resourceUri":"ui://own"}}})") ==
        R"({"name":"b__t","_meta":{"ui":{"resourceUri":"ui://own"}}})");
  CHECK(shown(R"({"name":"t","_meta":{"ui":{"a":1},"ui/resourceUri":"ui://x"}})") ==
        R"({"name":"b__t","_meta":{"ui":{"a":1},"ui/resourceUri":"mcptrunk://b/ui://x"}})");
  CHECK(shown(R"({"name":"t","_meta":{"ui":"s","ui/resourceUri":"ui://x"}})") ==
        R"({"name":"b__t","_meta":{"ui":"s","ui/resourceUri":"mcptrunk://b/ui://x"}})");
}

TEST_CASE("what only looks like an app's resource stays as it is", "[catalog]") {
  for (const std::string rest :
       {R"("description":"resourceUri")", R"("inputSchema":{"resourceUri":"ui://x"})",
        R"("_meta":{"ui":{"resourceUri":7}})", R"("_meta":{"ui":"resourceUri"})",
        R"("_meta":["resourceUri"])"}) {
    CAPTURE(rest);
    CHECK(shown(R"({"name":"t",)" + rest + "}") == R"({"name":"b__t",)" + rest + "}");
  }
}

TEST_CASE("joined surfaces show no text that hides, whatever else they change", "[catalog]") {
  CHECK(
      shown(R"({"name":"t\u200b","description":"a\u202eb","inputSchema":{"enum":["x\u200b"]}})") ==
      R"({"name":")" + protocol::flat_name("b", "t\u200B") +
          R"(","description":"ab","inputSchema":{"enum":["x\u200b"]}})");
  CHECK(shown("{\"name\":\"t\",\"description\":\"\u202E\",\"_meta\":{\"ui\":{\"resourceUri\":\"ui:/"
              "/x\"}}}") ==
        R"({"name":"b__t","description":"","_meta":{"ui":{"resourceUri":"mcptrunk://b/ui://x"}}})");
}

}  // namespace
}  // namespace proxy::catalog
