#include "proxy/tools/meta_tool.h"

#include <catch2/catch.hpp>

#include "base/json.h"

namespace proxy::tools {
namespace {

TEST_CASE("the definitions of the meta tools are one valid tools array", "[tools]") {
  const auto document = base::parse_document(meta_tools_json());
  REQUIRE(document.ok());
  REQUIRE(document->IsArray());
  for (const auto& tool : document->GetArray()) {
    const auto name = base::json_string(tool, "name");
    REQUIRE(name);
    CHECK(meta_tool_from(*name));
    CHECK(base::json_string(tool, "description")->size() > 20);
    const auto* schema = base::json_object(tool, "inputSchema");
    REQUIRE(schema != nullptr);
    CHECK(base::json_string(*schema, "type") == "object");
  }
  CHECK(!meta_tool_from("call_tool_everything"));
}

TEST_CASE("a tool without annotations is destructive, and no weaker variant reaches it",
          "[tools]") {
  const Effect silent = effect_of(/*read_only=*/false, /*destructive=*/true);
  CHECK(call_variant_for(silent) == MetaTool::call_tool_destructive);
  CHECK(!covers(MetaTool::call_tool_read, silent));
  CHECK(!covers(MetaTool::call_tool_write, silent));
  CHECK(covers(MetaTool::call_tool_destructive, silent));
  CHECK(covers(MetaTool::call_tool, silent));
}

TEST_CASE("a stronger variant covers a weaker effect", "[tools]") {
  CHECK(covers(MetaTool::call_tool_read, Effect::reads));
  CHECK(covers(MetaTool::call_tool_write, Effect::reads));
  CHECK(covers(MetaTool::call_tool_write, Effect::writes));
  CHECK(!covers(MetaTool::call_tool_read, Effect::writes));
  CHECK(!covers(MetaTool::retrieve_tools, Effect::reads));
}

}  // namespace
}  // namespace proxy::tools
