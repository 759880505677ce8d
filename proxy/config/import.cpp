#include "proxy/config/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <variant>

#include "proxy/config/import_entry.h"
#include "proxy/config/parser.h"
#include "proxy/config/spanned_json.h"
#include "proxy/config/toml_json.h"

namespace proxy::config {
namespace {

constexpr std::array kPlaces{
    ForeignPlace{"claude-desktop", "~/.config/Claude/claude_desktop_config.json"},
    ForeignPlace{"claude-desktop",
                 "~/Library/Application Support/Claude/claude_desktop_config.json"},
    ForeignPlace{"claude-code", "~/.claude.json"},
    ForeignPlace{"claude-code", ".mcp.json"},
    ForeignPlace{"cursor", "~/.cursor/mcp.json"},
    ForeignPlace{"cursor", ".cursor/mcp.json"},
    ForeignPlace{"vscode", "~/.config/Code/User/mcp.json"},
    ForeignPlace{"vscode", "~/Library/Application Support/Code/User/mcp.json"},
    ForeignPlace{"vscode", ".vscode/mcp.json"},
    ForeignPlace{"windsurf", "~/.codeium/windsurf/mcp_config.json"},
    ForeignPlace{"codex", "~/.codex/config.toml"},
    ForeignPlace{"gemini", "~/.gemini/settings.json"},
    ForeignPlace{"mcpproxy", "~/.mcpproxy/mcp_config.json"},
};

// The members under which programs keep their servers.
constexpr std::array<std::string_view, 3> kLists{"mcpServers", "servers", "mcp_servers"};

struct Reader {
  std::string_view text;
  ForeignConfig found;

  void take_list(const JsonNode& list, const std::string& note) {
    for (const JsonNode& entry : list.children) take_entry(entry, note);
  }

  void take_entry(const JsonNode& entry, const std::string& note) {
    ImportedServer server = import_entry(text, entry);
    if (!note.empty()) server.notes.push_back(note);
    const bool again = std::ranges::any_of(found.servers, [&](const ImportedServer& other) {
      return !other.refused && other.server.name == server.server.name;
    });
    if (again && !server.refused) {
      server.refused = base::Error{
          base::ErrorCode::already_exists,
          fmt::format("another server \"{}\" stands in the same file", server.server.name),
          "import it by hand under another name: mcptrunk servers add"};
    }
    found.servers.push_back(std::move(server));
  }

  // True when the object holds servers.
  bool take_object(const JsonNode& object, const std::string& note) {
    bool any = false;
    for (const std::string_view name : kLists) {
      const JsonNode* list = object.find(name);
      if (list == nullptr || !list->is(JsonKind::object)) continue;
      take_list(*list, note);
      any = true;
    }
    return any;
  }
};

bool is_listed(const JsonNode& names, std::string_view name) {
  return std::ranges::find(names.children, name, &JsonNode::text) != names.children.end();
}

void disable(ImportedServer& server, std::string note) {
  if (server.refused) return;
  if (server.server.startup_mode != StartupMode::quarantined) {
    set_mode(server.server, StartupMode::disabled);
  }
  server.notes.push_back(std::move(note));
}

const JsonNode* list_in(const JsonNode& object, std::string_view name) {
  const JsonNode* list = object.find(name);
  return list != nullptr && list->is(JsonKind::array) ? list : nullptr;
}

// Gemini switches servers off beside their list.
void disable_excluded(Reader& reader, const JsonNode& mcp) {
  const JsonNode* excluded = list_in(mcp, "excluded");
  const JsonNode* allowed = list_in(mcp, "allowed");
  for (ImportedServer& server : reader.found.servers) {
    if (excluded != nullptr && is_listed(*excluded, server.found_as)) {
      disable(server, "disabled there: in mcp.excluded");
    } else if (allowed != nullptr && !is_listed(*allowed, server.found_as)) {
      disable(server, "disabled there: not in mcp.allowed");
    }
  }
}

// Claude Code switches servers off for a project: its own, else the user's. `begin` is the first of
// the project, `users` how many the user has.
void disable_in_project(Reader& reader, const JsonNode& project, std::size_t users,
                        std::size_t begin) {
  const JsonNode* names = list_in(project, "disabledMcpServers");
  if (names == nullptr) return;
  std::vector<ImportedServer>& servers = reader.found.servers;
  for (const JsonNode& name : names->children) {
    const auto own = servers.begin() + static_cast<std::ptrdiff_t>(begin);
    auto server = std::find_if(
        own, servers.end(), [&](const ImportedServer& one) { return one.found_as == name.text; });
    if (server == servers.end()) {
      const auto last = servers.begin() + static_cast<std::ptrdiff_t>(users);
      server = std::find_if(servers.begin(), last,
                            [&](const ImportedServer& one) { return one.found_as == name.text; });
      if (server == last) continue;
    }
    disable(*server, fmt::format("disabled there, in the project {}", project.key));
  }
}

// Those that Claude Code keeps for single projects.
bool take_projects(Reader& reader, const JsonNode& root) {
  const std::size_t users = reader.found.servers.size();
  const JsonNode* projects = root.find("projects");
  if (projects == nullptr || !projects->is(JsonKind::object)) return false;
  bool any = false;
  for (const JsonNode& project : projects->children) {
    const std::size_t begin = reader.found.servers.size();
    const bool has = reader.take_object(project, fmt::format("of the project {}", project.key));
    any = any || has;
    disable_in_project(reader, project, users, begin);
  }
  return any;
}

// A list of entries with names: a configuration of our own kind.
base::Result<ForeignConfig> read_native(std::string_view text) {
  auto config = config_or_error(parse(text));
  if (!config) {
    return base::Error{config.error().code, config.error().message, "correct the file first"};
  }
  ForeignConfig found;
  for (ServerConfig& server : config->servers) {
    const std::string name = server.name;
    found.servers.push_back({std::move(server), name, {}, {}});
  }
  for (GroupConfig& group : config->groups) {
    group.id.reset();
    found.groups.push_back(std::move(group));
  }
  return found;
}

base::Error not_json(std::string_view text, const JsonError& error) {
  const LineIndex::Position at = LineIndex(text).at(error.offset);
  return {base::ErrorCode::config_invalid,
          fmt::format("line {}, column {}: {}", at.line, at.column, error.message), error.remedy};
}

}  // namespace

std::span<const ForeignPlace> foreign_places() {
  return kPlaces;
}

base::Result<ForeignConfig> read_foreign(std::string_view text, std::string_view path) {
  std::string converted;
  if (path.ends_with(".toml")) {
    auto json = json_of_toml(text);
    if (!json) return std::move(json).error();
    converted = std::move(json).value();
    text = converted;
  }
  const auto tree = parse_spanned_json(text);
  if (const JsonError* error = std::get_if<JsonError>(&tree)) return not_json(text, *error);
  const JsonNode& root = std::get<JsonNode>(tree);
  const JsonNode* list = root.find("mcpServers");
  if (list != nullptr && list->is(JsonKind::array)) return read_native(text);
  Reader reader{text, {}};
  bool any = reader.take_object(root, "");
  if (const JsonNode* mcp = root.find("mcp"); mcp != nullptr && mcp->is(JsonKind::object)) {
    any = reader.take_object(*mcp, "") || any;
    disable_excluded(reader, *mcp);
  }
  any = take_projects(reader, root) || any;
  if (any) return std::move(reader.found);
  return base::Error{base::ErrorCode::not_found, "no list of MCP servers stands in this file",
                     "it must hold mcpServers, servers or [mcp_servers.NAME]"};
}

}  // namespace proxy::config
