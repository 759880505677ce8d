// Configurations of other programs, as their own manuals show them.
#include "proxy/config/import.h"

#include <catch2/catch.hpp>

#include "proxy/config/import_entry.h"

namespace proxy::config {
namespace {

ForeignConfig read(std::string_view text, std::string_view path = "x.json") {
  auto found = read_foreign(text, path);
  if (!found) FAIL(base::one_line(found.error()));
  return std::move(found).value();
}

bool noted(const ImportedServer& server, std::string_view words) {
  return std::ranges::any_of(
      server.notes, [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

TEST_CASE("Claude Desktop: commands with arguments and environment", "[import]") {
  const ForeignConfig found = read(R"({"mcpServers": {
    "filesystem": {"command": "npx", "args": ["-y", "server-filesystem", "/tmp"],
                   "env": {"A": "1"}}}, "globalShortcut": ""})");
  REQUIRE(found.servers.size() == 1);
  const ServerConfig& server = found.servers[0].server;
  CHECK(server.name == "filesystem");
  CHECK(server.command == "npx");
  CHECK(server.args.size() == 3);
  CHECK(server.env.at("A") == "1");
  CHECK(found.servers[0].notes.empty());
}

TEST_CASE("Claude Code: the user's servers and those of projects", "[import]") {
  const ForeignConfig found = read(R"({
    "mcpServers": {"docs": {"type": "http", "url": "https://h/mcp", "headers": {"K": "v"}}},
    "projects": {"/home/u/p": {"mcpServers": {"db": {"type": "stdio", "command": "db"},
                                              "docs": {"type": "sse", "url": "https://o/sse"}}}}})");
  REQUIRE(found.servers.size() == 3);
  CHECK(found.servers[0].server.protocol == Protocol::streamable_http);
  CHECK(noted(found.servers[1], "of the project /home/u/p"));
  REQUIRE(found.servers[2].refused);
  CHECK(found.servers[2].refused->message.find("docs") != std::string::npos);
}

TEST_CASE("Cursor and Windsurf: urls under their names", "[import]") {
  const ForeignConfig found = read(R"({"mcpServers": {
    "a": {"url": "http://localhost:3000/sse", "headers": {"K": "${env:KEY}"}},
    "b": {"serverUrl": "https://b/mcp", "disabled": true, "disabledTools": ["x"]},
    "c": {"command": "node", "args": ["${workspaceFolder}/s.js"], "envFile": ".env"}}})");
  CHECK(found.servers[0].server.headers.at("K") == "${env:KEY}");
  CHECK(found.servers[1].server.url == "https://b/mcp");
  CHECK(found.servers[1].server.startup_mode == StartupMode::disabled);
  CHECK(found.servers[1].server.disabled_tools == std::vector<std::string>{"x"});
  CHECK(noted(found.servers[2], "workspaceFolder"));
  CHECK(noted(found.servers[2], "envFile"));
}

TEST_CASE("VS Code: servers with comments and inputs, also inside settings", "[import]") {
  const ForeignConfig found = read(R"({
    // mine
    "inputs": [{"type": "promptString", "id": "api-key", "password": true}],
    "servers": {"p": {"type": "stdio", "command": "npx", "args": ["p",],
                      "env": {"KEY": "${input:api-key}", "H": "${userHome}/x"}}}})");
  REQUIRE(found.servers.size() == 1);
  CHECK(found.servers[0].server.env.at("KEY") == "${API_KEY}");
  CHECK(found.servers[0].server.env.at("H") == "${HOME}/x");
  CHECK(noted(found.servers[0], "set the variable API_KEY"));
  CHECK(read(R"({"mcp": {"servers": {"p": {"command": "x"}}}})").servers.size() == 1);
}

TEST_CASE("Codex: TOML, with variables that hold headers", "[import]") {
  const ForeignConfig found = read(R"(
model = "o4"
[mcp_servers.docs]
command = "npx"
args = ["-y", "docs-mcp"]
startup_timeout_sec = 20
tool_timeout_sec = 90
[mcp_servers.docs.env]
TOKEN = "t"
[mcp_servers.figma]
url = "https://mcp.figma.com/mcp"
bearer_token_env_var = "FIGMA_TOKEN"
env_http_headers = { "X-Org" = "ORG" }
enabled = false
)",
                                   "/home/u/.codex/config.toml");
  REQUIRE(found.servers.size() == 2);
  const ServerConfig& docs = found.servers[0].server;
  CHECK(docs.connect_timeout == std::chrono::seconds(20));
  CHECK(docs.call_timeout == std::chrono::seconds(90));
  CHECK(docs.env.at("TOKEN") == "t");
  const ServerConfig& figma = found.servers[1].server;
  CHECK(figma.headers.at("Authorization") == "Bearer ${FIGMA_TOKEN}");
  CHECK(figma.headers.at("X-Org") == "${ORG}");
  CHECK(figma.startup_mode == StartupMode::disabled);
}

TEST_CASE("Gemini: times in milliseconds, transports by the field", "[import]") {
  const ForeignConfig found = read(R"({"mcpServers": {
    "a": {"httpUrl": "https://h/mcp", "timeout": 5000, "trust": true, "includeTools": ["x"]},
    "b": {"command": "b", "cwd": "./d", "env": {"K": "$MY_KEY", "P": "$5"}}}})");
  const ServerConfig& a = found.servers[0].server;
  CHECK(a.protocol == Protocol::streamable_http);
  CHECK(a.call_timeout == std::chrono::seconds(5));
  CHECK(a.enabled_tools == std::vector<std::string>{"x"});
  CHECK(found.servers[1].server.working_dir == "./d");
  CHECK(found.servers[1].server.env.at("K") == "${MY_KEY}");
  CHECK(found.servers[1].server.env.at("P") == "$5");
}

TEST_CASE("Codex and Gemini: of the allowed tools those stay that are not denied", "[import]") {
  const auto tools = [](const ForeignConfig& found) {
    REQUIRE(found.servers.size() == 1);
    REQUIRE_FALSE(found.servers[0].refused);
    CHECK(found.servers[0].server.disabled_tools.empty());
    return found.servers[0].server.enabled_tools;
  };
  using Tools = std::vector<std::string>;
  CHECK(tools(read("[mcp_servers.a]\ncommand = \"x\"\nenabled_tools = [\"r\", \"w\", \"d\"]\n"
                   "disabled_tools = [\"w\"]\n",
                   "config.toml")) == Tools{"r", "d"});
  CHECK(tools(read(R"({"mcpServers": {"a": {"command": "x", "includeTools": ["r", "w"],
                                            "excludeTools": ["r", "w"]}}})")) == Tools{});
  CHECK(read(R"({"mcpServers": {"a": {"command": "x", "includeTools": "r", "excludeTools": []}}})")
            .servers[0]
            .refused);
}

TEST_CASE("Gemini: servers that are excluded, or not allowed, are disabled", "[import]") {
  const ForeignConfig found = read(R"({"mcp": {"excluded": ["a", "gone"], "allowed": ["a", "b"]},
    "mcpServers": {"a": {"command": "x"}, "b": {"command": "x"}, "c": {"command": "x"}}})");
  CHECK(found.servers[0].server.startup_mode == StartupMode::disabled);
  CHECK(noted(found.servers[0], "mcp.excluded"));
  CHECK(found.servers[1].server.startup_mode == StartupMode::active);
  CHECK(found.servers[2].server.startup_mode == StartupMode::disabled);
  CHECK(noted(found.servers[2], "mcp.allowed"));
}

TEST_CASE("Claude Code: servers that a project has switched off are disabled", "[import]") {
  const ForeignConfig found = read(R"({
    "mcpServers": {"mine": {"command": "x"}, "docs": {"command": "x"}, "on": {"command": "x"}},
    "projects": {"/p": {"mcpServers": {"db": {"command": "x"}, "other": {"command": "x"}},
                        "disabledMcpServers": ["db", "mine"]},
                 "/q": {"disabledMcpServers": ["docs", "other"]}}})");
  std::vector<std::string> disabled;
  for (const ImportedServer& one : found.servers) {
    if (one.server.startup_mode == StartupMode::disabled) disabled.push_back(one.found_as);
  }
  CHECK(disabled == std::vector<std::string>{"mine", "docs", "db"});
  CHECK(noted(found.servers[1], "in the project /q"));
}

TEST_CASE("mcpproxy: the list form, whole, with its groups", "[import]") {
  const ForeignConfig found = read(R"({"groups": [{"id": 3, "name": "db", "color": "red"}],
    "mcpServers": [{"name": "pg", "protocol": "stdio", "command": "pg", "group_id": 3,
                    "quarantined": true}]})");
  REQUIRE(found.servers.size() == 1);
  CHECK(found.servers[0].server.groups == std::vector<std::string>{"db"});
  CHECK(found.servers[0].server.startup_mode == StartupMode::quarantined);
  REQUIRE(found.groups.size() == 1);
  CHECK(found.groups[0].color == "red");
  CHECK_FALSE(found.groups[0].id);
}

TEST_CASE("names become names of ours", "[import]") {
  CHECK(imported_name("@acme/files") == "-acme-files");
  CHECK(imported_name("a:b") == "a-b");
  CHECK(imported_name("caf\xC3\xA9") == "caf-");
  CHECK(imported_name("  ") == "imported");
  CHECK(imported_name("..") == "imported");
  CHECK(imported_name(" . ") == "imported");
  CHECK(imported_name(std::string(100, 'x')).size() == 64);
  const ForeignConfig found = read(R"({"mcpServers": {"a:b": {"command": "x"}}})");
  CHECK(found.servers[0].found_as == "a:b");
  CHECK(noted(found.servers[0], "was \"a:b\""));
}

TEST_CASE("an entry that cannot be used is named, and the others are read", "[import]") {
  const ForeignConfig found = read(R"({"mcpServers": {"a": {}, "b": 5, "c": {"command": ["x"]},
    "d": {"command": "x"}, "e": {"command": "x", "env": {"N": 1}}}})");
  REQUIRE(found.servers.size() == 5);
  for (const std::size_t bad : {0U, 1U, 2U, 4U}) {
    CAPTURE(bad);
    REQUIRE(found.servers[bad].refused);
    CHECK(!found.servers[bad].refused->message.empty());
    CHECK(found.servers[bad].refused->remedy.find("send it") == std::string::npos);
  }
  CHECK_FALSE(found.servers[3].refused);
}

TEST_CASE("a broken file is refused with its line", "[import]") {
  const auto error_of = [](std::string_view text, std::string_view path) {
    const auto found = read_foreign(text, path);
    REQUIRE(!found);
    CHECK(!found.error().remedy.empty());
    return found.error();
  };
  CHECK(error_of("{\n\"mcpServers\": {", "x.json").message.find("line 2") != std::string::npos);
  CHECK(error_of("a = 1\nb = = 2", "x.toml").message.find("line 2") != std::string::npos);
  CHECK(error_of("[1]", "x.json").code == base::ErrorCode::not_found);
  CHECK(error_of("{}", "x.json").code == base::ErrorCode::not_found);
  CHECK(error_of("", "x.json").code == base::ErrorCode::config_invalid);
  CHECK(error_of("", "x.toml").code == base::ErrorCode::not_found);
  CHECK(error_of(R"({"mcpServers": [{"command": "x"}]})", "x.json").code ==
        base::ErrorCode::config_invalid);
}

}  // namespace
}  // namespace proxy::config
