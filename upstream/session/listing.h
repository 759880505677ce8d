// What an upstream says of itself: identity from the handshake, and its lists as raw pages. Values.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace upstream {

struct ServerInfo {
  std::string protocol_version;  // negotiated: "2025-06-18"
  std::string name;              // serverInfo.name, for display only
  std::string version;           // serverInfo.version
  std::string instructions;      // text; empty when there is none
  std::string capabilities;      // raw JSON object, never empty after a handshake
  std::string implementation;    // serverInfo as a raw JSON object
  bool operator==(const ServerInfo&) const = default;
};

enum class ListKind : std::uint8_t { tools, prompts, resources, resource_templates };
inline constexpr std::size_t kListKinds = 4;

// "tools", "prompts", "resources", "resourceTemplates": the member of a result that holds the
// items.
std::string_view to_string(ListKind kind);

struct ListedPages {
  std::vector<std::string> results;  // raw result objects of the pages, verbatim, in order
  std::uint32_t items = 0;
  bool truncated = false;  // a limit was reached; what came before it is here
  bool operator==(const ListedPages&) const = default;
};

struct Listing {
  ServerInfo server;
  // By ListKind. Absent: not asked for this time, what was known stays. A kind the server does not
  // have is present without items.
  std::array<std::optional<ListedPages>, kListKinds> lists;
  const std::optional<ListedPages>& of(ListKind kind) const {
    return lists[static_cast<std::size_t>(kind)];
  }
};

}  // namespace upstream
