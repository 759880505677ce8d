// The tools that mcptrunk itself offers on /mcp and /mcp/call: their names, and what tools/list
// says of them. Static data; pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::tools {

enum class MetaTool : std::uint8_t {
  retrieve_tools,
  describe_tool,
  call_tool_read,
  call_tool_write,
  call_tool_destructive,
  call_tool,
  read_cache,
  upstream_servers,
  groups,
};

std::string_view to_string(MetaTool tool);
std::optional<MetaTool> meta_tool_from(std::string_view name);

// The `tools` array of tools/list: a JSON array, without line breaks.
std::string_view meta_tools_json();

// What an upstream tool's annotations say it does, worst case assumed where they are silent (MCP's
// defaults: not read-only, destructive).
enum class Effect : std::uint8_t { reads, writes, destroys };
Effect effect_of(bool read_only, bool destructive);

// The variant that an agent should use for a tool with that effect.
MetaTool call_variant_for(Effect effect);
// Whether `variant` may be used for a tool with that effect: a stronger variant covers a weaker
// one.
bool covers(MetaTool variant, Effect effect);

}  // namespace proxy::tools
