// Who decides about the configuration. An agent speaks over MCP; everybody who writes the file or
// uses REST or the command line is a person.
#pragma once
#include <cstdint>
#include <string_view>

namespace proxy::config {

enum class Actor : std::uint8_t { person, agent };

constexpr std::string_view to_string(Actor actor) {
  return actor == Actor::agent ? "agent" : "person";
}

}  // namespace proxy::config
