// The commands that change the configuration: what they send, and every way to misuse them.
#include <catch2/catch.hpp>

#include "proxy/cli/test_shell.h"

namespace proxy::cli {
namespace {

constexpr const char* kAdded =
    R"({"server":"a","action":"add","changed":true,"state":"queued","held_by":""})";
constexpr const char* kGroup =
    R"({"group":"db","action":"update","updated":1,"unchanged":2,"members":[]})";

// What was sent last, without the key.
std::string sent(Shell& shell) {
  std::string last = shell.daemon.seen().back();
  return last.erase(last.find("key=k "), 6);
}

TEST_CASE("servers add sends the entry that the options describe", "[cli]") {
  Shell shell;
  shell.daemon.data("POST /api/v1/servers", {kAdded});
  CHECK(shell.run({"servers",
                   "add",
                   "a",
                   "-e",
                   "TOKEN=x=y",
                   "--env",
                   "EMPTY=",
                   "-g",
                   "db",
                   "--tag",
                   "t",
                   "--mode",
                   "lazy_loading",
                   "--description",
                   "d",
                   "--working-dir",
                   "/w",
                   "--",
                   "npx",
                   "-y",
                   "--url",
                   "pkg"}) == 0);
  CHECK(sent(shell) ==
        R"(POST /api/v1/servers {"name":"a","command":"npx","args":["-y","--url","pkg"],)"
        R"("env":{"TOKEN":"x=y","EMPTY":""},"working_dir":"/w","description":"d",)"
        R"("startup_mode":"lazy_loading","groups":["db"],"tags":["t"]})");
  CHECK(shell.printed("a: add done, now queued"));
  CHECK(shell.run({"servers", "add", "a", "https://h/mcp", "--protocol", "sse", "-H",
                   "Authorization: Bearer ${T}"}) == 0);
  CHECK(sent(shell) == R"(POST /api/v1/servers {"name":"a","url":"https://h/mcp","protocol":"sse",)"
                       R"("headers":{"Authorization":"Bearer ${T}"}})");
  CHECK(shell.run({"servers", "add", "a", "--server-url", "http://l:1/mcp", "--", "prog"}) == 0);
  CHECK(sent(shell) ==
        R"(POST /api/v1/servers {"name":"a","command":"prog","url":"http://l:1/mcp"})");
}

TEST_CASE("servers update sends what is to change and nothing else", "[cli]") {
  Shell shell;
  shell.daemon.data("PATCH /api/v1/servers/a", {kAdded});
  const auto sent = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"servers", "update", "a"});
    CHECK(shell.run(options) == 0);
    const std::string line = shell.daemon.seen().back();
    return line.substr(line.find("key=k ") + 6);
  };
  CHECK(sent({"-e", "K=v"}) == R"({"env":{"K":"v"}})");
  CHECK(sent({"-H", "Authorization: Bearer x"}) == R"({"headers":{"Authorization":"Bearer x"}})");
  CHECK(sent({"--working-dir", "/tmp"}) == R"({"working_dir":"/tmp"})");
  CHECK(sent({"--", "npx", "-y", "b"}) == R"({"command":"npx","args":["-y","b"]})");
  CHECK(sent({"--json", R"({"connect_timeout":"2m"})"}) == R"({"connect_timeout":"2m"})");
  CHECK(shell.run({"servers", "update", "a"}) == 2);
  CHECK(shell.complained("it is not said what to change of a"));
}

TEST_CASE("servers add takes a whole entry as JSON", "[cli]") {
  Shell shell;
  shell.daemon.data("POST /api/v1/servers", {kAdded});
  CHECK(shell.run({"servers", "add", "a", "--json", R"({"command":"x"})"}) == 0);
  CHECK(sent(shell) == R"(POST /api/v1/servers {"command":"x","name":"a"})");
  shell.console.input = R"({"name":"a","url":"u"})";
  CHECK(shell.run({"servers", "add", "a", "--json", "-"}) == 0);
  CHECK(sent(shell) == R"(POST /api/v1/servers {"name":"a","url":"u"})");
}

TEST_CASE("servers add --wait waits until it runs", "[cli]") {
  Shell shell;
  shell.daemon.data("POST /api/v1/servers", {kAdded});
  shell.daemon.data("GET /api/v1/servers", {servers_data({server_row("a", "connecting")}),
                                            servers_data({server_row("a", "unconfigured")})});
  CHECK(shell.run({"servers", "add", "a", "--wait", "--", "x"}) == 1);
  CHECK(shell.pauses.size() == 1);
  CHECK(shell.complained("servers why"));
}

TEST_CASE("an address that is given with --url is told apart from the daemon's", "[cli]") {
  Shell shell;
  for (const char* action : {"add", "update"}) {
    CAPTURE(action);
    CHECK(shell.run({"servers", action, "docs", "--url", "https://docs.example.com/mcp"}) == 2);
    CHECK(shell.complained("--url names the daemon"));
    CHECK(shell.complained(fmt::format("servers {} docs --server-url", action)));
  }
  CHECK(shell.daemon.seen().empty());
}

TEST_CASE("an address that cannot be used does not become a program", "[cli]") {
  Shell shell;
  shell.daemon.data("POST /api/v1/servers", {kAdded});
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"ftp://x"}, {"localhost:3000/mcp"}, {"ftp://x", "--", "y"}}) {
    CAPTURE(words);
    std::vector<std::string> command{"servers", "add", "a"};
    command.insert(command.end(), words.begin(), words.end());
    CHECK(shell.run(command) == 2);
    CHECK(shell.complained("\"" + words.front() + "\" is no http or https URL"));
    CHECK(shell.complained("-- " + words.front()));
    command[1] = "update";
    CHECK(shell.run(command) == 2);
  }
  CHECK(shell.run({"servers", "add", "a", "http://h/mcp", "x"}) == 2);
  CHECK(shell.run({"servers", "add", "a", "http://h/mcp", "--", "x"}) == 2);
  CHECK(shell.complained("--server-url"));
  CHECK(shell.daemon.seen().empty());
  CHECK(shell.run({"servers", "add", "a", "--", "ftp://x"}) == 0);
  CHECK(sent(shell) == R"(POST /api/v1/servers {"name":"a","command":"ftp://x"})");
  CHECK(shell.run({"servers", "add", "--", "a", "localhost:3000/mcp", "b"}) == 0);
  CHECK(shell.run({"servers", "add", "a", "--", "http://h/mcp", "x"}) == 0);
}

TEST_CASE("a group that is renamed to its own name stays as it is", "[cli]") {
  Shell shell;
  shell.daemon.data("PATCH /api/v1/groups/a", {R"({"group":"a"})", R"({"group":"b"})"});
  CHECK(shell.run({"groups", "rename", "a", "a"}) == 0);
  CHECK(shell.console.printed == "a: nothing to change\n");
  CHECK(shell.run({"groups", "rename", "a", "b"}) == 0);
  CHECK(shell.console.printed == "a is b now\n");
}

TEST_CASE("what is added or made disabled is waited for until it is", "[cli]") {
  Shell shell;
  shell.daemon.data(
      "PATCH /api/v1/servers/a",
      {R"({"server":"a","action":"update","startup_mode":"disabled","state":"stopping"})"});
  shell.daemon.data(
      "GET /api/v1/servers",
      {servers_data({R"({"name":"a","state":"stopping","startup_mode":"disabled"})"}),
       servers_data({R"({"name":"a","state":"disabled","startup_mode":"disabled"})"})});
  CHECK(shell.run({"servers", "update", "a", "--mode", "disabled", "--wait"}) == 0);
  CHECK(shell.pauses.size() == 1);
}

TEST_CASE("servers remove names what is gone", "[cli]") {
  Shell shell;
  shell.daemon.data("DELETE /api/v1/servers/git%20hub", {R"({"server":"git hub"})"});
  CHECK(shell.run({"servers", "remove", "git hub"}) == 0);
  CHECK(shell.console.printed == "git hub: removed\n");
  shell.daemon.error("DELETE /api/v1/servers/b", 412,
                     R"({"code":"MCPT_CONFIG_CHANGED","message":"changed","remedy":"look"})");
  CHECK(shell.run({"servers", "remove", "b"}) == 1);
  CHECK(shell.run({"servers", "remove", "c"}) == 7);
}

TEST_CASE("groups are added, removed, renamed and filled", "[cli]") {
  Shell shell;
  shell.daemon.data("POST /api/v1/groups", {kGroup});
  shell.daemon.data("PATCH /api/v1/groups/db", {kGroup});
  shell.daemon.data("DELETE /api/v1/groups/db", {kGroup});
  CHECK(shell.run({"groups", "add", "db", "--parent", "ops", "--color", "red", "--description", "d",
                   "-s", "a", "--server", "b", "--disabled"}) == 0);
  CHECK(sent(shell) ==
        R"(POST /api/v1/groups {"name":"db","description":"d","parent":"ops","color":"red",)"
        R"("enabled":false,"members":["a","b"]})");
  CHECK(shell.printed("1 updated, 2 unchanged"));
  CHECK(shell.run({"groups", "rename", "db", "stores"}) == 0);
  CHECK(sent(shell) == R"(PATCH /api/v1/groups/db {"name":"stores"})");
  CHECK(shell.run({"groups", "assign", "db", "a", "b"}) == 0);
  CHECK(sent(shell) == R"(PATCH /api/v1/groups/db {"assign":["a","b"]})");
  CHECK(shell.run({"groups", "unassign", "db", "a"}) == 0);
  CHECK(sent(shell) == R"(PATCH /api/v1/groups/db {"unassign":["a"]})");
  CHECK(shell.run({"groups", "remove", "db", "-o", "json"}) == 0);
  CHECK(shell.console.printed == std::string(kGroup) + "\n");
}

TEST_CASE("backup brings what the daemon saved to the file, and never over another", "[cli]") {
  Shell shell;
  shell.daemon.data("POST /api/v1/backup", {R"({"path":"/d/backups/s.mdb"})"});
  shell.files.edit("/d/backups/s.mdb", "the state");
  shell.files.edit("/b/old.mdb", "mine");
  CHECK(shell.run({"backup", "/b/../b/s.mdb"}) == 0);
  CHECK(sent(shell) == "POST /api/v1/backup {}");
  CHECK(shell.printed("/b/s.mdb"));
  CHECK(*shell.files.read_file("/b/s.mdb", 100) == "the state");
  CHECK_FALSE(shell.files.lstat("/d/backups/s.mdb").ok());
  CHECK(shell.run({"backup", "/b/old.mdb"}) == 1);
  CHECK(*shell.files.read_file("/b/old.mdb", 100) == "mine");
  CHECK(shell.run({"backup", "/b/t.mdb"}) == 1);  // as of a daemon on another machine
  CHECK(shell.complained("/d/backups/s.mdb on the daemon's machine"));
}

TEST_CASE("wrong use of a command that changes things sends nothing and says what to do", "[cli]") {
  const std::vector<std::vector<std::string>> wrong{
      {"servers", "add"},
      {"servers", "add", "a"},
      {"servers", "add", "a", "-e", "TOKEN", "--", "x"},
      {"servers", "add", "a", "-e", "=x", "--", "x"},
      {"servers", "add", "a", "-e", "A=1", "-e", "A=2", "--", "x"},
      {"servers", "add", "a", "-H", "Authorization", "--", "x"},
      {"servers", "add", "a", "--json", "{"},
      {"servers", "add", "a", "--json", "[]"},
      {"servers", "add", "a", "--json", R"({"name":"b"})"},
      {"servers", "add", "a", "--json", "{}", "--", "x"},
      {"servers", "add", "a", "--nonsense", "--", "x"},
      {"servers", "add", "a", "--wait", "--wait-timeout", "0", "--", "x"},
      {"servers", "remove"},
      {"servers", "remove", "a", "b"},
      {"groups", "add"},
      {"groups", "add", "a", "b"},
      {"groups", "rename", "a"},
      {"groups", "assign", "a"},
      {"groups", "unassign"},
      {"groups", "remove"},
      {"backup"},
      {"backup", ""},
      {"backup", "a", "b"}};
  Shell shell;
  for (const auto& command : wrong) {
    CAPTURE(command);
    CHECK(shell.run(command) == 2);
    CHECK(shell.complained("error: "));
    CHECK(shell.complained("\n  "));
  }
  CHECK(shell.daemon.seen().empty());
}

}  // namespace
}  // namespace proxy::cli
