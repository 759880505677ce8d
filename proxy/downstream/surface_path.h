// Which MCP endpoint a request path names. Value; pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::downstream {

// The endpoints that clients can speak MCP at. Part of session tokens, so the numbers stay.
enum class Endpoint : std::uint8_t {
  mcp = 1,     // /mcp: what routing_mode says
  call = 2,    // /mcp/call: the meta tools
  all = 3,     // /mcp/all: every tool under its flat name
  server = 4,  // /mcp/servers/{name}: one upstream, its own names
  group = 5,   // /mcp/groups/{name}: the members of a group under flat names
};

struct SurfacePath {
  Endpoint endpoint = Endpoint::mcp;
  std::string_view name;  // of the server or group, as sent: percent-encoded
};

// Nothing for a path that is no MCP endpoint's. One slash at the end is forgiven.
std::optional<SurfacePath> surface_path(std::string_view path);

}  // namespace proxy::downstream
