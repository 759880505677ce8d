// The command line against a daemon that is played by an HTTP server in this process.
#include "proxy/cli/cli.h"

#include <catch2/catch.hpp>

#include "proxy/cli/test_shell.h"

namespace proxy::cli {
namespace {

TEST_CASE("servers list shows states and counts, and sends the key") {
  Shell shell;
  shell.daemon.data(
      "GET /api/v1/servers",
      {servers_data(
          {server_row("github", "ready"),
           server_row(
               "odd", "backoff",
               R"(,"last_error":{"code":"MCPT_EXITED","message":"exited with 1","current":true})")})});
  CHECK(shell.run({"servers", "list"}) == 0);
  CHECK(shell.printed("github  ready        3  active  dev"));
  CHECK(shell.printed("exited with 1"));
  CHECK(shell.printed("2 servers: 1 ready, 1 backoff"));
  CHECK(shell.daemon.seen().front() == "GET /api/v1/servers key=k ");
}

TEST_CASE(
    "output as JSON (-o) prints the daemon's data byte for byte, wherever the option stands") {
  Shell shell;
  const std::string data = R"({"servers":[ {"name":"a","x":1.50}],"event_id":"1-9"})";
  shell.daemon.data("GET /api/v1/servers", {data});
  CHECK(shell.run({"servers", "list", "-o", "json"}) == 0);
  CHECK(shell.console.printed == data + "\n");
  CHECK(shell.run({"--output", "json", "servers", "list"}) == 0);
  CHECK(shell.console.printed == data + "\n");
}

TEST_CASE("a table of servers fits 80 columns with a name of 57 characters") {
  Shell shell;
  const std::string name(57, 'x');
  shell.daemon.data("GET /api/v1/servers",
                    {servers_data({server_row(name, "login_required"), server_row("b", "ready")})});
  CHECK(shell.run({"servers", "list"}) == 0);
  CHECK(shell.printed(name));
  CHECK(shell.printed("login_required"));
  std::size_t start = 0;
  while (start < shell.console.printed.size()) {
    const std::size_t end = shell.console.printed.find('\n', start);
    CHECK(end - start <= 80);
    start = end + 1;
  }
}

TEST_CASE("an unknown server is exit 7 and passes on the nearest names") {
  Shell shell;
  shell.daemon.error("GET /api/v1/servers/git%20hub", 404,
                     R"({"code":"MCPT_NOT_FOUND","message":"there is no server \"git hub\"",)"
                     R"("remedy":"Did you mean github?"})");
  CHECK(shell.run({"servers", "show", "git hub"}) == 7);
  CHECK(shell.console.complained ==
        "error: there is no server \"git hub\"\n  Did you mean github?\n");
  CHECK(shell.console.printed.empty());
}

TEST_CASE("no daemon is exit 6 with the remedy, whether it left no address or does not answer") {
  Shell shell;
  CHECK(shell.run({"status"}, false) == 6);
  CHECK(shell.complained("mcptrunk serve"));
  CHECK(shell.run({"status", "--url", "http://127.0.0.1:1"}, false) == 6);
  CHECK(shell.complained("http://127.0.0.1:1"));
  CHECK(shell.complained("mcptrunk serve"));
}

TEST_CASE("something else on the port is told apart from a daemon") {
  Shell shell;
  shell.daemon.raw("GET /api/v1/status", "<html>hello</html>", "text/html");
  CHECK(shell.run({"status"}) == 1);
  CHECK(shell.complained("not mcptrunk"));
}

TEST_CASE("enable --wait polls until the server is ready") {
  Shell shell;
  shell.daemon.data(
      "POST /api/v1/servers/a/enable",
      {R"({"server":"a","action":"enable","changed":true,"state":"queued","held_by":""})"});
  shell.daemon.data("GET /api/v1/servers", {servers_data({server_row("a", "queued")}),
                                            servers_data({server_row("a", "connecting")}),
                                            servers_data({server_row("a", "ready")})});
  CHECK(shell.run({"servers", "enable", "a", "--wait"}) == 0);
  CHECK(shell.pauses.size() == 2);
  CHECK(shell.printed("a: enable done, now queued"));
}

TEST_CASE("waiting gives up after its time, and at once when the state cannot be reached") {
  Shell shell;
  shell.daemon.data("POST /api/v1/servers/a/restart", {R"({"server":"a","state":"queued"})"});
  shell.daemon.data("GET /api/v1/servers",
                    {servers_data({server_row("a", "backoff", R"(,"reason":"exited with 1")")})});
  CHECK(shell.run({"servers", "restart", "a", "--wait", "--wait-timeout", "3"}) == 1);
  std::chrono::milliseconds waited{0};
  for (const auto pause : shell.pauses) waited += pause;
  CHECK(waited == std::chrono::seconds(3));
  CHECK(shell.complained("a: backoff: exited with 1"));
  CHECK(shell.complained("servers why"));

  Shell broken;
  broken.daemon.data("POST /api/v1/servers/a/restart", {R"({"server":"a","state":"queued"})"});
  broken.daemon.data("GET /api/v1/servers", {servers_data({server_row("a", "unconfigured")})});
  CHECK(broken.run({"servers", "restart", "a", "--wait"}) == 1);
  CHECK(broken.pauses.empty());
}

TEST_CASE("waiting ends at once when somebody else has decided otherwise, and says so") {
  const auto row = [](const char* state, const char* mode, const char* held_by = "") {
    return servers_data(
        {fmt::format(R"({{"name":"a","state":"{}","startup_mode":"{}","held_by":"{}","last_error":)"
                     R"({{"code":"MCPT_EXITED","message":"ended last year"}}}})",
                     state, mode, held_by)});
  };
  struct Case {
    const char* action;
    std::vector<std::string> seen;
    const char* says;
  };
  const Case cases[] = {
      {"disable",
       {row("stopping", "disabled"), row("ready", "active")},
       "a: was enabled meanwhile\n"},
      {"quarantine", {row("backoff", "lazy_loading")}, "a: was enabled meanwhile\n"},
      {"enable",
       {row("queued", "active"), row("stopping", "disabled")},
       "a: was disabled meanwhile\n"},
      {"restart", {row("quarantined", "quarantined")}, "a: was quarantined meanwhile\n"},
      {"enable",
       {row("connecting", "active"), row("stopping", "active", "group db")},
       "a: is held by group db meanwhile\n"}};
  for (const Case& one : cases) {
    CAPTURE(one.action, one.says);
    Shell shell;
    shell.daemon.data(fmt::format("POST /api/v1/servers/a/{}", one.action),
                      {R"({"server":"a","state":"stopping"})"});
    shell.daemon.data("GET /api/v1/servers", one.seen);
    CHECK(shell.run({"servers", one.action, "a", "--wait"}) == 1);
    CHECK(shell.complained(one.says));
    CHECK(shell.pauses.size() == one.seen.size() - 1);
  }
}

TEST_CASE("a failure of former times is no reason why a server is not there yet") {
  Shell shell;
  shell.daemon.data("POST /api/v1/servers/a/restart", {R"({"server":"a","state":"queued"})"});
  shell.daemon.data("GET /api/v1/servers",
                    {servers_data({server_row("a", "connecting",
                                              R"(,"last_error":{"message":"ended last year"})")})});
  CHECK(shell.run({"servers", "restart", "a", "--wait", "--wait-timeout", "1"}) == 1);
  CHECK(shell.complained("a: connecting\n"));
}

TEST_CASE("a group action that failed in part is exit 8 and names who failed") {
  Shell shell;
  shell.daemon.data(
      "POST /api/v1/groups/db/enable",
      {R"({"success":false,"group":"db","action":"enable","updated":1,"unchanged":0,)"
       R"("partial_failure":true,"failed_servers":[{"server":"b","error":{"code":"MCPT_IO_ERROR",)"
       R"("message":"disk full","remedy":""}}],"members":[{"server":"a","effective_mode":"active",)"
       R"("held_by":"group ops"}]})"});
  CHECK(shell.run({"groups", "enable", "db"}) == 8);
  CHECK(shell.printed("b: disk full"));
  CHECK(shell.printed("a: held by group ops"));
}

TEST_CASE("a group action waits for its members and tells which did not get there") {
  Shell shell;
  shell.daemon.data("POST /api/v1/groups/db/enable",
                    {R"({"group":"db","partial_failure":false,"failed_servers":[],"members":[)"
                     R"({"server":"a","effective_mode":"active"},)"
                     R"({"server":"off","effective_mode":"disabled"},)"
                     R"({"server":"b","effective_mode":"active"}]})"});
  shell.daemon.data("GET /api/v1/servers",
                    {servers_data({server_row("a", "ready"), server_row("off", "disabled"),
                                   server_row("b", "auto_disabled")})});
  CHECK(shell.run({"groups", "enable", "db", "--wait"}) == 8);
  CHECK(shell.console.complained == "b: auto_disabled\n");
  CHECK(shell.run({"groups", "enable", "db", "--wait", "-o", "json"}) == 8);
  CHECK(shell.console.complained.empty());
  CHECK(shell.printed(
      R"("failed_servers":[{"server":"b","error":{"code":"MCPT_DEADLINE_EXCEEDED",)"));
  CHECK(shell.printed(R"("partial_failure":true)"));
}

TEST_CASE("a group that is disabled is waited for until its servers have stopped") {
  Shell shell;
  shell.daemon.data("POST /api/v1/groups/db/disable",
                    {R"({"group":"db","partial_failure":false,"failed_servers":[],"members":[)"
                     R"({"server":"a","effective_mode":"disabled"}]})"});
  const auto held = [](const char* state) {
    return servers_data({fmt::format(
        R"({{"name":"a","state":"{}","startup_mode":"active","held_by":"group db"}})", state)});
  };
  shell.daemon.data("GET /api/v1/servers", {held("stopping"), held("disabled")});
  CHECK(shell.run({"groups", "disable", "db", "--wait"}) == 0);
  CHECK(shell.pauses.size() == 1);
}

TEST_CASE("call sends the arguments as they are and prints the text of the answer") {
  Shell shell;
  shell.daemon.data("POST /api/v1/tools/call",
                    {R"({"content":[{"type":"text","text":"line 1\nline 2"},)"
                     R"({"type":"image","mimeType":"image/png","data":"QUJD"}]})"});
  CHECK(shell.run({"call", "fs:read", "--args", R"({"n": 12345678901234567890})"}) == 0);
  CHECK(shell.console.printed == "line 1\nline 2\n[image image/png, about 3 B]\n");
  CHECK(
      shell.daemon.seen().back() ==
      R"(POST /api/v1/tools/call key=k {"id":"fs:read","arguments":{"n": 12345678901234567890}})");
  CHECK(shell.run({"call", "fs:read", "--timeout", "7"}) == 0);
  CHECK(shell.daemon.seen().back() ==
        R"(POST /api/v1/tools/call key=k {"id":"fs:read","arguments":{},"timeout_ms":7000})");
}

TEST_CASE("a tool's own error is exit 1 with its text printed") {
  Shell shell;
  shell.daemon.data("POST /api/v1/tools/call",
                    {R"({"content":[{"type":"text","text":"no such file"}],"isError":true})"});
  CHECK(shell.run({"call", "fs:read"}) == 1);
  CHECK(shell.printed("no such file"));
}

TEST_CASE("arguments come from a file or from standard input, and must be an object") {
  Shell shell;
  shell.daemon.data("POST /api/v1/tools/call", {R"({"content":[]})"});
  REQUIRE(shell.files.create_dirs("/tmp", 0700).ok());
  REQUIRE(shell.files.write_new("/tmp/a.json", R"({"from":"file"})", 0600).ok());
  CHECK(shell.run({"call", "a:b", "--args", "@/tmp/a.json"}) == 0);
  shell.console.input = R"({"from":"input"})";
  CHECK(shell.run({"call", "a:b", "--args", "-"}) == 0);
  const auto seen = shell.daemon.seen();
  CHECK(seen.at(0).find(R"({"from":"file"})") != std::string::npos);
  CHECK(seen.at(1).find(R"({"from":"input"})") != std::string::npos);
  for (const char* bad : {"", "[1]", "{", "\"x\"", "{} {}"}) {
    CAPTURE(bad);
    CHECK(shell.run({"call", "a:b", "--args", bad}) == 2);
    CHECK(shell.complained("--args"));
  }
  CHECK(shell.run({"call", "a:b", "--args", "@/none"}) == 7);
}

TEST_CASE("tools list follows the pages and keeps each tool as it came") {
  Shell shell;
  shell.daemon.data(
      "GET /api/v1/tools?limit=500",
      {R"({"tools":[{"id":"a:x","description":"\n First.\nSecond."}],"next_cursor":"c/1"})"});
  shell.daemon.data("GET /api/v1/tools?limit=500&cursor=c%2F1",
                    {R"({"tools":[{"id":"b:y","n":1.0}],"next_cursor":""})"});
  CHECK(shell.run({"tools", "list"}) == 0);
  CHECK(shell.console.printed == "ID   DESCRIPTION\na:x  First.\nb:y\n2 tools\n");
  CHECK(shell.run({"tools", "list", "-o", "json"}) == 0);
  CHECK(shell.console.printed ==
        R"({"tools":[{"id":"a:x","description":"\n First.\nSecond."},{"id":"b:y","n":1.0}],)"
        "\"next_cursor\":\"\"}\n");
}

TEST_CASE("tools search sends words and filters percent-encoded") {
  Shell shell;
  shell.daemon.data("GET /api/v1/index/search?q=create%20an%20issue&limit=5&server=git%20hub",
                    {R"({"results":[{"id":"git hub:create","score":7.25,"state":"idle",)"
                     R"("description":"Creates."}]})"});
  CHECK(shell.run({"tools", "search", "create", "an", "issue", "--limit", "5", "--server",
                   "git hub"}) == 0);
  CHECK(shell.printed("git hub:create   7.25  idle   Creates."));
}

TEST_CASE("activity asks for the calls of a server and shows them, newest first") {
  Shell shell;
  shell.daemon.data(
      "GET /api/v1/activity?limit=50&server=git%20hub&failures=true",
      {R"({"activity":[{"sequence":9,"at":"2026-11-21T03:40:46.123Z","server":"git hub",)"
       R"("tool":"create","actor":"local","success":false,"code":"MCPT_NETWORK","detail":"failed",)"
       R"("duration_us":1500,"response_bytes":0,"skipped_before":12}],"next_before":9})"});
  CHECK(shell.run({"activity", "--server", "git hub", "--failures"}) == 0);
  CHECK(shell.printed(" 9  2026-11-21 03:40:46 UTC  git hub:create"));
  CHECK(shell.printed("MCPT_NETWORK"));
  CHECK(shell.printed("1.5 ms"));
  CHECK(shell.printed("12 more calls"));
}

TEST_CASE("events prints a line for each event, or its JSON") {
  Shell shell;
  const std::string data =
      R"({"id":"1-2","type":"server_state_changed","time":"2026-11-21T03:40:46.123Z",)"
      R"("server":"a","groups":[],"from":"idle","to":"ready","reason":""})";
  const std::string path = "GET /events?follow=false&replay=all&type=server_state_changed";
  shell.daemon.raw(path, "id: 1-2\nevent: server_state_changed\ndata: " + data + "\n\n",
                   "text/event-stream");
  CHECK(shell.run({"events", "--type", "server_state_changed"}) == 0);
  CHECK(shell.console.printed ==
        "1-2       2026-11-21 03:40:46 UTC  server_state_changed  a  idle -> ready\n");
  CHECK(shell.run({"events", "--type", "server_state_changed", "-o", "json"}) == 0);
  CHECK(shell.console.printed == data + "\n");
}

TEST_CASE("serve hands its options to the program and returns what it returns") {
  Shell shell;
  CHECK(shell.run({"serve", "--config", "~/c.json", "--listen", "[::1]:0", "--log-level", "debug",
                   "--data-dir", "/d"}) == 42);
  REQUIRE(shell.served);
  CHECK(shell.served->config_path == "/home/u/c.json");
  CHECK(shell.served->config_path_given);
  CHECK(shell.served->listen == config::Listen{"::1", 0});
  CHECK(shell.served->log_level == config::LogLevel::debug);
  CHECK(shell.served->data_dir == "/d");

  CHECK(shell.run({"serve", "--config", "here.json"}, false) == 42);
  CHECK(shell.served->config_path.starts_with('/'));
  CHECK(shell.served->config_path.ends_with("/here.json"));

  CHECK(shell.run({"serve"}, false) == 42);
  CHECK(shell.served->config_path == "/home/u/.mcptrunk/mcp_config.json");
  CHECK_FALSE(shell.served->config_path_given);
  CHECK_FALSE(shell.served->data_dir);
  CHECK_FALSE(shell.served->listen);

  shell.served.reset();
  for (const char* bad : {"8080", "host", "::1:80", "h:99999", "h:", "h:-1", "h:8o"}) {
    CAPTURE(bad);
    CHECK(shell.run({"serve", "--listen", bad}) == 2);
  }
  CHECK_FALSE(shell.served);
}

TEST_CASE("config check tells what is wrong, with exit 4, without a daemon") {
  Shell shell;
  REQUIRE(shell.files.create_dirs("/c", 0700).ok());
  REQUIRE(shell.files
              .write_new(
                  "/c/bad.json",
                  R"({"mcpServers":[{"name":"a","command":"x"},{"name":"a","command":"y"}]})", 0600)
              .ok());
  REQUIRE(
      shell.files.write_new("/c/good.json", R"({"mcpServers":{"a":{"command":"x"}}})", 0600).ok());
  CHECK(shell.run({"config", "check", "/c/bad.json"}, false) == 4);
  CHECK(shell.printed("error: line 1"));
  CHECK(shell.run({"config", "check", "/c/good.json", "-o", "json"}, false) == 0);
  CHECK(shell.printed(R"("valid":true,"servers":1)"));
  CHECK(shell.run({"config", "check", "/c/none.json"}, false) == 7);
}

TEST_CASE("config check reads standard input where the file is -") {
  Shell shell;
  shell.console.input = R"({"mcpServers":{"a":{"command":"x"}}})";
  CHECK(shell.run({"config", "check", "-"}, false) == 0);
  CHECK(shell.printed("-: good, 1 servers"));
  shell.console.input = "{";
  CHECK(shell.run({"config", "check", "-"}, false) == 4);
}

TEST_CASE("what is held by a group is refused with the command that mends it") {
  Shell shell;
  const char* held =
      R"({"code":"MCPT_SERVER_DISABLED","message":"held by group db","remedy":"Enable what holds it"})";
  shell.daemon.error("POST /api/v1/servers/a%20b/restart", 409, held);
  shell.daemon.error("POST /api/v1/tools/call", 409, held);
  shell.daemon.data("GET /api/v1/servers/a%20b",
                    {R"({"why":{"summary":"","fix":"mcptrunk groups enable db"}})"});
  CHECK(shell.run({"servers", "restart", "a b"}) == 1);
  CHECK(shell.console.complained == "error: held by group db\n  mcptrunk groups enable db\n");
  CHECK(shell.run({"call", "a b:tool"}) == 1);
  CHECK(shell.console.complained == "error: held by group db\n  mcptrunk groups enable db\n");
}

TEST_CASE("what the daemon tells REST clients to do, the command line says in its own words") {
  Shell shell;
  shell.daemon.error("GET /api/v1/status", 401,
                     R"({"code":"MCPT_UNAUTHORIZED","message":"wrong key","remedy":"X-API-Key"})");
  CHECK(shell.run({"status"}) == 1);
  CHECK(shell.complained("--api-key or MCPTRUNK_API_KEY"));
  CHECK(shell.run({"call", "time"}) == 2);
  CHECK(shell.complained("write it as SERVER:TOOL"));
}

TEST_CASE("a named configuration that is not there is exit 4, as for serve") {
  Shell shell;
  CHECK(shell.run({"status", "--config", "/nope.json"}, false) == 4);
  CHECK(shell.complained("there is no file /nope.json"));
}

TEST_CASE("version needs no daemon") {
  Shell shell;
  CHECK(shell.run({"version"}, false) == 0);
  CHECK(shell.console.printed == "mcptrunk " MCPTRUNK_VERSION "\n");
  CHECK(shell.run({"version", "-o", "json"}, false) == 0);
  CHECK(shell.console.printed == "{\"version\":\"" MCPTRUNK_VERSION "\"}\n");
}

}  // namespace
}  // namespace proxy::cli
