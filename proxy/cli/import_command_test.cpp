// `config import` on a home directory with files of other programs.
#include <catch2/catch.hpp>

#include "proxy/cli/test_shell.h"

namespace proxy::cli {
namespace {

constexpr const char* kCursor =
    R"({"mcpServers":{"docs":{"url":"https://h/mcp","headers":{"K":"hunter2"}},)"
    R"("time":{"command":"npx","args":["time"]},"bad":{}}})";

struct Home : Shell {
  Home() {
    daemon.data("GET /api/v1/servers", {servers_data({server_row("time", "ready")})});
    daemon.data("GET /api/v1/groups", {R"({"groups":[{"name":"web"}]})"});
    daemon.data("POST /api/v1/servers", {R"({"server":"x"})"});
    daemon.data("POST /api/v1/groups", {R"({"group":"x"})"});
    daemon.data("PATCH /api/v1/groups/db", {R"({"group":"x"})"});
  }
  void write(const std::string& path, std::string_view text) { files.edit(path, text); }
  std::vector<std::string> sent(std::string_view start) {
    std::vector<std::string> out;
    for (const std::string& line : daemon.seen()) {
      if (line.starts_with(start)) out.push_back(line.substr(line.find("key=k ") + 6));
    }
    return out;
  }
};

TEST_CASE("import shows what it would add, and adds nothing", "[import]") {
  Home home;
  home.write("/home/u/.cursor/mcp.json", kCursor);
  CHECK(home.run({"config", "import", "--from", "cursor"}) == 0);
  CHECK(home.printed("docs    new       quarantined  https://h/mcp"));
  CHECK(home.printed("time    exists"));
  CHECK(home.printed("bad     unusable"));
  CHECK(home.printed("bad: neither \"command\" nor \"url\""));
  CHECK(home.printed("1 would be added; to do it, say --apply"));
  CHECK_FALSE(home.printed("hunter2"));
  CHECK(home.sent("POST").empty());
  CHECK(home.run({"config", "import", "--from", "cursor", "-o", "json"}) == 0);
  CHECK(home.printed(R"("status":"new")"));
  CHECK_FALSE(home.printed("hunter2"));
}

TEST_CASE("what is imported is quarantined, unless told otherwise", "[import]") {
  Home home;
  home.write("/c.json", kCursor);
  CHECK(home.run({"config", "import", "/c.json", "--apply"}) == 8);  // "bad" cannot be
  REQUIRE(home.sent("POST /api/v1/servers").size() == 1);
  CHECK(home.sent("POST /api/v1/servers")[0].find(R"("startup_mode":"quarantined")") !=
        std::string::npos);
  CHECK(home.sent("POST /api/v1/servers")[0].find("hunter2") != std::string::npos);
  CHECK(home.run({"config", "import", "/c.json", "--apply", "--no-quarantine", "--only", "docs",
                  "-g", "web"}) == 0);
  CHECK(home.sent("POST /api/v1/servers")[1] ==
        R"({"name":"docs","protocol":"auto","url":"https://h/mcp","headers":{"K":"hunter2"},)"
        R"("startup_mode":"active","groups":["web"]})");
}

TEST_CASE("groups that a file declares are made, parents last", "[import]") {
  Home home;
  home.write("/p.json", R"({"groups":[{"name":"db","parent":"web","color":"red"}],"mcpServers":[
      {"name":"pg","command":"pg","groups":["db"]}]})");
  CHECK(home.run({"config", "import", "/p.json", "--apply"}) == 0);
  CHECK(home.sent("POST /api/v1/groups") ==
        std::vector<std::string>{R"({"name":"db","description":"","color":"red","enabled":true})"});
  CHECK(home.sent("PATCH") == std::vector<std::string>{R"({"parent":"web"})"});
}

TEST_CASE("without a word all places are looked at, and nothing can be applied", "[import]") {
  Home home;
  CHECK(home.run({"config", "import"}) == 7);
  CHECK(home.complained("/home/u/.codex/config.toml"));
  home.write("/home/u/.codex/config.toml", "[mcp_servers.docs]\ncommand = \"d\"\n");
  home.write("/home/u/.gemini/settings.json", "{}");
  home.write("/home/u/.codeium/windsurf/mcp_config.json", "{");
  CHECK(home.run({"config", "import"}) == 0);
  CHECK(home.printed("/home/u/.codex/config.toml\n"));
  CHECK(home.printed("docs"));
  CHECK(home.complained("windsurf/mcp_config.json: line 1"));
  CHECK(home.run({"config", "import", "--apply"}) == 2);
}

TEST_CASE("a file can be looked at without a daemon", "[import]") {
  Home home;
  home.write("/c.json", kCursor);
  CHECK(home.run({"config", "import", "/c.json"}, false) == 0);
  CHECK(home.printed("2 would be added"));
  CHECK(home.run({"config", "import", "/c.json", "--apply"}, false) == 6);
}

TEST_CASE("wrong imports say what is wrong", "[import]") {
  Home home;
  home.write("/broken.json", "{\n\"mcpServers\": {");
  home.write("/broken.toml", "a = = 1");
  home.write("/other.json", "{}");
  CHECK(home.run({"config", "import", "/broken.json"}) == 4);
  CHECK(home.complained("/broken.json: line 2"));
  CHECK(home.run({"config", "import", "/broken.toml"}) == 4);
  CHECK(home.complained("line 1, column"));
  CHECK(home.run({"config", "import", "/other.json"}) == 7);
  CHECK(home.run({"config", "import", "/none.json"}) == 7);
  CHECK(home.run({"config", "import", "--from", "emacs"}) == 2);
  CHECK(home.complained("claude-desktop, claude-code, cursor"));
  CHECK(home.run({"config", "import", "/other.json", "--from", "cursor"}) == 2);
}

TEST_CASE("a name that is not there is told, with the nearest that is", "[import]") {
  Home home;
  home.write("/home/u/.cursor/mcp.json", kCursor);
  CHECK(home.run({"config", "import", "--from", "cursor", "--only", "dcos", "--apply"}) == 7);
  CHECK(home.complained("no server \"dcos\" to import. Did you mean docs?"));
  CHECK(home.complained("there are: bad, docs, time"));
  CHECK(home.sent("POST").empty());
}

TEST_CASE("a server that the daemon refuses is named: exit 8", "[import]") {
  Shell refusing;
  refusing.files.edit("/c.json", R"({"mcpServers":{"new":{"command":"x"}}})");
  refusing.daemon.data("GET /api/v1/servers", {servers_data({})});
  refusing.daemon.data("GET /api/v1/groups", {R"({"groups":[]})"});
  refusing.daemon.error(
      "POST /api/v1/servers", 409,
      R"({"code":"MCPT_CONFIG_READ_ONLY","message":"read-only","remedy":"edit"})");
  CHECK(refusing.run({"config", "import", "/c.json", "--apply"}) == 8);
  CHECK(refusing.printed("new: read-only"));
}

}  // namespace
}  // namespace proxy::cli
