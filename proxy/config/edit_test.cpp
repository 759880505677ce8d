#include "proxy/config/edit.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "proxy/config/parser.h"

namespace proxy::config {
namespace {

std::string edited(std::string_view text, const Edit& edit) {
  const base::Result<std::string> result = apply_edit(text, edit);
  if (!result) FAIL(base::one_line(result.error()));
  const ParseOutcome outcome = parse(*result);
  for (const Diagnostic& diagnostic : outcome.diagnostics) FAIL(one_line(diagnostic));
  return *result;
}

base::ErrorCode refused(std::string_view text, const Edit& edit) {
  const base::Result<std::string> result = apply_edit(text, edit);
  REQUIRE(!result);
  CHECK(!result.error().remedy.empty());
  return result.error().code;
}

constexpr std::string_view kText = R"({
  // The fleet.
  "groups": [
    {"name": "g", "id": 1}, // first
    {"name": "h", "parent": "g"}
  ],
  "server_group_assignments": { "b": "g" },
  "mcpServers": [
    {
      "name": "a", /* old
                      friend */
      "command": "x",   "args": [ "-y" ],
      "startup_mode": "active", "enabled": true,
      "groups": ["g", /* and */ "h"] // both
    },
    { "name": "b", "url": "https://b", "group_name": "g", "group_id": 1, "unknown": [1 , 2] }
  ]
}
)";

// The text with one part of it replaced.
std::string with(std::string text, std::string_view part, std::string_view by) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), by);
}

TEST_CASE("a changed mode touches only its own words", "[config]") {
  const std::string text(kText);
  CHECK(edited(text, SetServerMode{{"a"}, StartupMode::disabled}) ==
        with(text, R"("startup_mode": "active", "enabled": true)",
             R"("startup_mode": "disabled", "enabled": false)"));
  CHECK(edited(text, SetServerMode{{"a"}, StartupMode::lazy_loading}) ==
        with(text, R"("startup_mode": "active")", R"("startup_mode": "lazy_loading")"));
  CHECK(edited(text, SetServerMode{{"b"}, StartupMode::quarantined}) ==
        with(text, R"([1 , 2] })", R"([1 , 2], "startup_mode": "quarantined" })"));
  CHECK(edited(text, SetServerMode{{"a", "b"}, StartupMode::active}) == text);
}

TEST_CASE("booleans alone say a mode where they can", "[config]") {
  struct Case {
    const char* before;
    StartupMode mode;
    const char* after;
  };
  const Case cases[] = {
      {R"("enabled": true)", StartupMode::disabled, R"("enabled": false)"},
      {R"("disabled": false)", StartupMode::disabled, R"("disabled": true)"},
      {R"("enabled": false, "quarantined": true)", StartupMode::active,
       R"("enabled": true, "quarantined": false)"},
      {R"("enabled": true, "quarantined": false)", StartupMode::quarantined,
       R"("enabled": true, "quarantined": true)"},
      {R"("enabled": false)", StartupMode::lazy_loading,
       R"("enabled": true, "startup_mode": "lazy_loading")"},
      {R"("quarantined": true)", StartupMode::disabled,
       R"("quarantined": false, "startup_mode": "disabled")"},
      {R"("startup_mode": "auto_disabled", "enabled": false)", StartupMode::disabled,
       R"("startup_mode": "auto_disabled", "enabled": false)"},
      {R"("startup_mode": "quarantined", "quarantined": true, "enabled": false)",
       StartupMode::active, R"("startup_mode": "active", "quarantined": false, "enabled": true)"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.before);
    const std::string before =
        fmt::format(R"({{"mcpServers": {{"a": {{"command": "x", {}}}}}}})", item.before);
    CHECK(edited(before, SetServerMode{{"a"}, item.mode}) == with(before, item.before, item.after));
  }
}

TEST_CASE("a lazy server that is held stays lazy in the text", "[config]") {
  struct Case {
    const char* before;
    StartupMode mode;
    const char* held;
  };
  const Case cases[] = {
      {R"("startup_mode": "lazy_loading")", StartupMode::disabled,
       R"("startup_mode": "lazy_loading", "enabled": false)"},
      {R"("startup_mode": "lazy" /* slow */)", StartupMode::disabled,
       R"("startup_mode": "lazy", "enabled": false /* slow */)"},
      {R"("startup_mode": "lazy_loading")", StartupMode::quarantined,
       R"("startup_mode": "lazy_loading", "quarantined": true)"},
      {R"("enabled": true, "quarantined": false, "startup_mode": "lazy_loading")",
       StartupMode::disabled,
       R"("enabled": false, "quarantined": false, "startup_mode": "lazy_loading")"},
      {R"("enabled": true, "quarantined": false, "startup_mode": "lazy_loading")",
       StartupMode::quarantined,
       R"("enabled": true, "quarantined": true, "startup_mode": "lazy_loading")"},
      {R"("disabled": false, "startup_mode": "lazy_loading")", StartupMode::disabled,
       R"("disabled": true, "startup_mode": "lazy_loading")"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.before);
    const std::string before =
        fmt::format(R"({{"mcpServers": {{"a": {{"command": "x", {}}}}}}})", item.before);
    const std::string held = edited(before, SetServerMode{{"a"}, item.mode});
    CHECK(held == with(before, item.before, item.held));
    CHECK(parse(held).config->servers[0].startup_mode == item.mode);
    CHECK(edited(held, SetServerMode{{"a"}, item.mode}) == held);
    CHECK(edited(held, SetServerMode{{"a"}, StartupMode::lazy_loading}) == before);
  }
}

TEST_CASE("a lazy server comes back lazy however it was held", "[config]") {
  const std::string lazy =
      "{\n  \"mcpServers\": {\n    \"a\": {\n      \"command\": \"x\", // c\n"
      "      \"startup_mode\": \"lazy_loading\"\n    }\n  }\n}\n";
  const std::string off = edited(lazy, SetServerMode{{"a"}, StartupMode::disabled});
  const std::string held = edited(off, SetServerMode{{"a"}, StartupMode::quarantined});
  CHECK(parse(held).config->servers[0].startup_mode == StartupMode::quarantined);
  CHECK(edited(held, SetServerMode{{"a"}, StartupMode::lazy_loading}) == lazy);

  const std::string patched = edited(lazy, PatchServer{"a", R"({"startup_mode": "disabled"})", {}});
  CHECK(patched == off);
  CHECK(edited(patched, PatchServer{"a", R"({"enabled": true})", {}}) == lazy);
  CHECK(edited(patched, PatchServer{"a", R"({"startup_mode": "active"})", {}}) ==
        with(lazy, "lazy_loading", "active"));

  ServerConfig server = parse(off).config->servers[0];
  server.lazy_when_released = false;
  const std::string plain = edited(off, UpdateServer{server});
  CHECK(parse(plain).config->servers[0] == server);
}

TEST_CASE("a server is added in the layout of its neighbours", "[config]") {
  ServerConfig server;
  server.name = "c";
  server.command = "y";
  server.args = {"1"};
  const std::string text(kText);
  CHECK(edited(text, AddServer{server}) ==
        with(text, R"("unknown": [1 , 2] })", R"("unknown": [1 , 2] },
    {
      "name": "c",
      "protocol": "stdio",
      "command": "y",
      "args": ["1"],
      "startup_mode": "active"
    })"));
  CHECK(edited("{}", AddServer{server}) ==
        R"({"mcpServers": {"c": {"protocol":"stdio","command":"y","args":["1"],)"
        R"("startup_mode":"active"}}})");
  CHECK(edited("{\r\n\t\"mcpServers\": {\r\n\t\t// none\r\n\t},\r\n}", AddServer{server}) ==
        "{\r\n\t\"mcpServers\": {\r\n\t\t// none\r\n\t\t\"c\": {\r\n\t\t\t\"protocol\": \"stdio\","
        "\r\n\t\t\t\"command\": \"y\",\r\n\t\t\t\"args\": [\"1\"],\r\n\t\t\t\"startup_mode\": "
        "\"active\"\r\n\t\t}\r\n\t},\r\n}");
}

TEST_CASE("a server is removed with its line and its assignment, comments around it stay",
          "[config]") {
  const std::string text(kText);
  const std::string without_b = edited(text, RemoveServer{"b"});
  CHECK(without_b ==
        with(with(with(text, R"("b": "g" )", ""),
                  "    { \"name\": \"b\", \"url\": \"https://b\", \"group_name\": \"g\", "
                  "\"group_id\": 1, \"unknown\": [1 , 2] }\n",
                  ""),
             "    },\n", "    }\n"));
  const std::string empty = edited(without_b, RemoveServer{"a"});
  CHECK(empty.find("\"mcpServers\": [\n  ]") != std::string::npos);
}

TEST_CASE("an update changes the fields that differ, under the names the file uses", "[config]") {
  const std::string_view text = R"({"mcpServers": {
    "a": {
      "command": "x",
      "cwd": "/old", // here
      "init_timeout": 90,
      "env": {"KEEP": "1", /* why */ "GO": "2"},
      "health_check": false,
      "tags": ["t"],
      "mine": {"a" :1}
    }
  }})";
  ParseOutcome outcome = parse(text);
  REQUIRE(outcome.config);
  ServerConfig server = outcome.config->servers[0];
  CHECK(edited(text, UpdateServer{server}) == text);
  server.working_dir = "/new";
  server.connect_timeout = std::chrono::seconds(30);
  server.env = {{"KEEP", "1"}, {"NEW", "3"}};
  server.health_check = true;
  server.tags.clear();
  server.args = {"z"};
  CHECK(edited(text, UpdateServer{server}) == R"({"mcpServers": {
    "a": {
      "command": "x",
      "cwd": "/new", // here
      "init_timeout": "30s",
      "env": {"KEEP": "1", "NEW": "3" /* why */},
      "health_check": true,
      "mine": {"a" :1},
      "args": ["z"]
    }
  }})");
}

TEST_CASE("disabling a group is one word, or one member", "[config]") {
  const std::string text(kText);
  const std::string off = edited(text, SetGroupEnabled{"g", false});
  CHECK(off == with(text, R"("id": 1})", R"("id": 1, "enabled": false})"));
  CHECK(edited(off, SetGroupEnabled{"g", true}) ==
        with(text, R"("id": 1})", R"("id": 1, "enabled": true})"));
  CHECK(edited(text, SetGroupEnabled{"g", true}) == text);
}

TEST_CASE("an implicit group is declared when it is disabled", "[config]") {
  const std::string text =
      "{\n  \"mcpServers\": {\"a\": {\"command\": \"x\", \"groups\": [\"g\"]}}\n}\n";
  const std::string off = edited(text, SetGroupEnabled{"g", false});
  CHECK(
      off ==
      "{\n  \"mcpServers\": {\"a\": {\"command\": \"x\", \"groups\": [\"g\"]}},\n  \"groups\": [\n"
      "    {\n      \"name\": \"g\",\n      \"enabled\": false\n    }\n  ]\n}\n");
}

TEST_CASE("removing a group leaves no reference to it", "[config]") {
  const std::string text(kText);
  const std::string out = edited(text, RemoveGroup{"g"});
  const Config config = *parse(out).config;
  CHECK(config.groups.size() == 1);
  CHECK(config.groups[0].parent.empty());
  CHECK(config.find_server("a")->groups == std::vector<std::string>{"h"});
  CHECK(config.find_server("b")->groups.empty());
  CHECK(out.find("\"g\"") == std::string::npos);
  CHECK(out.find("// first") != std::string::npos);
  CHECK(out.find("[/* and */ \"h\"] // both") != std::string::npos);
}

TEST_CASE("renaming a group renames every reference", "[config]") {
  const std::string text(kText);
  std::string want = text;
  for (std::size_t at = want.find("\"g\""); at != std::string::npos; at = want.find("\"g\"", at)) {
    want.replace(at, 3, "\"new\"");
  }
  CHECK(edited(text, RenameGroup{"g", "new"}) == want);
}

TEST_CASE("servers join and leave groups wherever the file says it", "[config]") {
  const std::string text(kText);
  CHECK(edited(text, UnassignServers{{"a"}, "h"}) ==
        with(text, R"(["g", /* and */ "h"])", R"(["g" /* and */])"));
  CHECK(edited(text, AssignServers{{"a", "b"}, "h"}) ==
        with(text, R"([1 , 2] })", R"([1 , 2], "groups": ["g", "h"] })"));
  const std::string alone = edited(text, UnassignServers{{"a", "b"}, "g"});
  CHECK(parse(alone).config->find_server("b")->groups.empty());
  CHECK(parse(alone).config->find_server("a")->groups == std::vector<std::string>{"h"});
  const std::string moved =
      edited(edited(text, AssignServers{{"b"}, "h"}), UnassignServers{{"b"}, "g"});
  CHECK(moved.find(R"("server_group_assignments": { "b": "h" })") != std::string::npos);
  CHECK(moved.find(R"("group_name": "h", "unknown": [1 , 2], "groups": ["h"])") !=
        std::string::npos);
}

TEST_CASE("a group is added beside the others", "[config]") {
  GroupConfig group;
  group.name = "k";
  group.parent = "h";
  const std::string text(kText);
  const std::string out = edited(text, AddGroup{group});
  CHECK(out == with(text, R"({"name": "h", "parent": "g"})", R"({"name": "h", "parent": "g"},
    {
      "name": "k",
      "parent": "h"
    })"));
}

TEST_CASE("a byte order mark and CRLF stay", "[config]") {
  const std::string text =
      "\xEF\xBB\xBF{\r\n  \"mcpServers\": {\r\n    \"a\": {\r\n      \"command\": \"x\" // c\r\n"
      "    }\r\n  }\r\n}";
  CHECK(edited(text, SetServerMode{{"a"}, StartupMode::disabled}) ==
        with(text, "\"x\" // c\r\n", "\"x\", // c\r\n      \"startup_mode\": \"disabled\"\r\n"));
}

TEST_CASE("no change of its fields releases a quarantined server", "[config]") {
  constexpr std::string_view kHeld =
      R"({"mcpServers": {"a": {"command": "x", "startup_mode": "quarantined"}}})";
  for (const char* patch :
       {R"({"startup_mode": "active"})", R"({"startup_mode": "lazy_loading"})",
        R"({"startup_mode": "disabled"})", R"({"startup_mode": null})", R"({"quarantined": false})",
        R"({"quarantined": false, "enabled": false})"}) {
    CAPTURE(patch);
    const base::Result<std::string> result = apply_edit(kHeld, PatchServer{"a", patch, {}});
    REQUIRE(!result);
    CHECK(result.error().code == base::ErrorCode::server_quarantined);
    CHECK(result.error().remedy.find("mcptrunk servers approve a") != std::string::npos);
  }
  CHECK(edited(kHeld, PatchServer{"a", R"({"description": "d", "enabled": true})", {}}) ==
        with(std::string(kHeld), R"("quarantined"})", R"("quarantined", "description": "d"})"));
}

TEST_CASE("edits that make no sense are refused", "[config]") {
  using base::ErrorCode;
  ServerConfig a;
  a.name = "a";
  GroupConfig g;
  g.name = "g";
  GroupConfig bad;
  bad.name = "x/y";
  CHECK(refused(kText, SetServerMode{{"a", "zz"}, StartupMode::active}) == ErrorCode::not_found);
  CHECK(refused(kText, AddServer{a}) == ErrorCode::already_exists);
  CHECK(refused("{}", UpdateServer{a}) == ErrorCode::not_found);
  CHECK(refused(kText, RemoveServer{"zz"}) == ErrorCode::not_found);
  CHECK(refused(kText, AddGroup{g}) == ErrorCode::already_exists);
  CHECK(refused(kText, AddGroup{bad}) == ErrorCode::invalid_argument);
  CHECK(refused("{}", UpdateGroup{g}) == ErrorCode::not_found);
  CHECK(refused(kText, SetGroupEnabled{"zz", true}) == ErrorCode::not_found);
  CHECK(refused(kText, RemoveGroup{"zz"}) == ErrorCode::not_found);
  CHECK(refused(kText, RenameGroup{"zz", "y"}) == ErrorCode::not_found);
  CHECK(refused(kText, RenameGroup{"g", "h"}) == ErrorCode::already_exists);
  CHECK(refused(kText, RenameGroup{"g", ""}) == ErrorCode::invalid_argument);
  CHECK(refused(kText, AssignServers{{"zz"}, "g"}) == ErrorCode::not_found);
  CHECK(refused(kText, AssignServers{{"a"}, "zz"}) == ErrorCode::not_found);
  CHECK(refused(kText, UnassignServers{{"zz"}, "g"}) == ErrorCode::not_found);
  CHECK(refused("{", SetGroupEnabled{"g", true}) == ErrorCode::config_invalid);
}

}  // namespace
}  // namespace proxy::config
