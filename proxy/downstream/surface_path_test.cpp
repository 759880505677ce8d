#include "proxy/downstream/surface_path.h"

#include <catch2/catch.hpp>

namespace proxy::downstream {
namespace {

TEST_CASE("paths name endpoints, one slash at the end forgiven", "[downstream]") {
  CHECK(surface_path("/mcp")->endpoint == Endpoint::mcp);
  CHECK(surface_path("/mcp/")->endpoint == Endpoint::mcp);
  CHECK(surface_path("/mcp/call")->endpoint == Endpoint::call);
  CHECK(surface_path("/mcp/all/")->endpoint == Endpoint::all);
  const auto server = surface_path("/mcp/servers/my%20server/");
  REQUIRE(server);
  CHECK(server->endpoint == Endpoint::server);
  CHECK(server->name == "my%20server");
  CHECK(surface_path("/mcp/groups/db")->endpoint == Endpoint::group);
}

TEST_CASE("other paths are no MCP endpoints", "[downstream]") {
  for (const char* path : {"", "/", "//", "/mcp//", "/MCP", "/mcpx", "/mcp/servers",
                           "/mcp/servers/", "/mcp/servers/a/b", "/mcp/groups//",
                           "/mcp/groups/a/tools", "/api/v1/servers", "/mcp/unknown"}) {
    CAPTURE(path);
    CHECK(!surface_path(path));
  }
}

}  // namespace
}  // namespace proxy::downstream
