// Servers out of the configurations of other programs: Claude Desktop, Claude Code, Cursor, VS
// Code, Windsurf, Codex, Gemini, mcpproxy. What a file is, is told by what stands in it. Pure.
//
// Names become names of ours; references to variables and inputs become ${NAME}; what we have no
// field for is said in the notes.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/config/config.h"

namespace proxy::config {

struct ImportedServer {
  ServerConfig server;                 // as it is to be added; its mode is what the file says
  std::string found_as;                // its name in the file
  std::vector<std::string> notes;      // what is different here, or has to be done by hand
  std::optional<base::Error> refused;  // it cannot be imported; `server` has its name only
};

struct ForeignConfig {
  std::vector<ImportedServer> servers;  // in the order of the file
  std::vector<GroupConfig> groups;      // that it declares
};

// `path` tells TOML by its ending. Errors: invalid_json, config_invalid (with line and column),
// not_found when nothing in it is a list of servers.
base::Result<ForeignConfig> read_foreign(std::string_view text, std::string_view path);

// Where a program keeps its servers; "~" is not resolved yet.
struct ForeignPlace {
  std::string_view program;  // "cursor"
  std::string_view path;
};
std::span<const ForeignPlace> foreign_places();

}  // namespace proxy::config
