// The endpoints that change the configuration: what they hand on, and every way to misuse them.
#include <catch2/catch.hpp>

#include "proxy/rest/etag.h"
#include "proxy/rest/group_body.h"
#include "proxy/rest/test_world.h"

namespace proxy::rest {
namespace {

using base::ErrorCode;
using Log = std::vector<std::string>;

std::string tag(char digit) {
  return "\"" + std::string(64, digit) + "\"";
}

TEST_CASE("servers are added, changed and removed", "[rest]") {
  World world;
  const std::string added = world.ask("POST", "/api/v1/servers", R"({"name":"new"})");
  CHECK(added.starts_with("HTTP/1.1 201"));
  CHECK(has(added, R"({"server":"new","action":"add","changed":true)"));
  CHECK(has(world.ask("PATCH", "/api/v1/servers/git%20hub", R"({"description":"d"})"),
            R"({"server":"git hub","action":"update")"));
  CHECK(has(world.ask("DELETE", "/api/v1/servers/git%20hub"),
            R"({"server":"git hub","action":"remove","changed":true})"));
  CHECK(world.service.log ==
        Log{R"(add {"name":"new"})", R"(update git hub {"description":"d"})", "remove git hub"});
}

TEST_CASE("what is looked at has an ETag, and If-Match hands it back", "[rest]") {
  World world;
  const std::string zero = etag_of({});
  CHECK(has(world.ask("GET", "/api/v1/servers/git%20hub"), "ETag: " + zero + "\r\n"));
  CHECK(has(world.ask("GET", "/api/v1/servers/git%20hub"), R"("config":{"name":"git hub"})"));
  CHECK(has(world.ask("GET", "/api/v1/groups/db"), "ETag: \"0100"));
  CHECK(has(world.ask("GET", "/api/v1/config"), "ETag: \"0200"));
  const std::string match = "If-Match: " + tag('a') + "\r\n";
  world.ask("PATCH", "/api/v1/servers/x", "{}", match);
  world.ask("DELETE", "/api/v1/servers/x", "", match);
  world.ask("PATCH", "/api/v1/groups/db", "{}", match);
  world.ask("DELETE", "/api/v1/groups/db", "", match);
  world.ask("PUT", "/api/v1/config", R"({"mcpServers":{}})", match);
  world.ask("DELETE", "/api/v1/groups/db", "", "If-Match: *\r\n");
  CHECK(world.service.log == Log{"update x {} if aaaa", "remove x if aaaa",
                                 "update group db to same below same,  +  -  if aaaa",
                                 "remove group db if aaaa", "replace config, 0 servers if aaaa",
                                 "remove group db"});
}

TEST_CASE("a change made for another state is 412", "[rest]") {
  World world;
  world.service.refusal = {ErrorCode::config_changed, "changed by somebody else", "look again"};
  CHECK(world.ask("PATCH", "/api/v1/servers/x", "{}").starts_with("HTTP/1.1 412"));
  world.service.refusal.reset();
  for (const std::string& value :
       {std::string("\"abc\""), "W/" + tag('a'), "\"" + std::string(64, 'x') + "\""}) {
    CAPTURE(value);
    CHECK(world.ask("DELETE", "/api/v1/servers/x", "", "If-Match: " + value + "\r\n")
              .starts_with("HTTP/1.1 412"));
  }
  for (const std::string& value : {std::string("abc"), tag('a') + ", " + tag('b')}) {
    CAPTURE(value);
    CHECK(world.ask("DELETE", "/api/v1/servers/x", "", "If-Match: " + value + "\r\n")
              .starts_with("HTTP/1.1 400"));
  }
  CHECK(world.service.log.size() == 1);
}

TEST_CASE("groups are added, changed and removed", "[rest]") {
  World world;
  const std::string added = world.ask(
      "POST", "/api/v1/groups",
      R"({"name":"db","parent":"ops","color":"red","enabled":false,"members":["a","b"]})");
  CHECK(added.starts_with("HTTP/1.1 201"));
  CHECK(has(added, R"("group":"db","action":"add","updated":1)"));
  CHECK(has(world.ask("PATCH", "/api/v1/groups/db",
                      R"({"name":"stores","parent":null,"members":["a"],"assign":["b","c"],)"
                      R"("unassign":["d"]})"),
            R"("group":"stores","action":"update")"));
  CHECK(has(world.ask("DELETE", "/api/v1/groups/db"), R"("action":"remove")"));
  CHECK(world.service.log == Log{"add group db below ops with a+b",
                                 "update group db to stores below , a + b+c - d",
                                 "remove group db"});
}

TEST_CASE("a whole configuration is taken, with what it tells about it", "[rest]") {
  World world;
  const std::string answer =
      world.ask("PUT", "/api/v1/config", R"({"mcpServers":{"a":{"command":"x","colour":1}}})");
  CHECK(answer.starts_with("HTTP/1.1 200"));
  CHECK(has(answer, R"("servers_added":["a"])"));
  CHECK(has(answer, R"("needs_restart":["listen"])"));
  CHECK(has(answer, "colour"));
}

TEST_CASE("a backup is named by its file alone, and answered with where it is", "[rest]") {
  World world;
  CHECK(has(world.ask("POST", "/api/v1/backup", R"({"name":"x.mdb"})"),
            R"("data":{"path":"/b/x.mdb"})"));
  CHECK(has(world.ask("POST", "/api/v1/backup", "{}"), R"("data":{"path":"/b/"})"));
  CHECK(has(world.ask("POST", "/api/v1/backup", ""), R"("data":{"path":"/b/"})"));
  CHECK(world.service.log == Log{"backup x.mdb", "backup ", "backup "});
}

// Each with what the answer must name.
TEST_CASE("bad input is refused, and the answer names what, where and what to do", "[rest]") {
  struct Case {
    const char* method;
    const char* path;
    const char* body;
    const char* status;
    const char* named;
  };
  const Case cases[] = {
      {"POST", "groups", "", "400", "the body is empty"},
      {"POST", "groups", "{", "400", "line 1, column 2"},
      {"POST", "groups", "[]", "400", "must be an object"},
      {"POST", "groups", "{}", "400", "the name is missing"},
      {"POST", "groups", R"({"name":5})", "400", "name: must be a string"},
      {"POST", "groups", R"({"name":""})", "400", R"(name: \"\" cannot be)"},
      {"POST", "groups", R"({"name":"a/b"})", "400", R"(name: \"a/b\" cannot be)"},
      {"POST", "groups", R"({"name":"a","enabled":"yes"})", "400", "enabled: must be"},
      {"POST", "groups", R"({"name":"a","members":"x"})", "400", "members: must be"},
      {"POST", "groups", R"({"name":"a","members":[1]})", "400", "members[0]: must be"},
      {"POST", "groups", R"({"name":"a","color":[]})", "400", "color: must be"},
      {"POST", "groups", R"({"name":"a","parent":{}})", "400", "parent: must be"},
      {"POST", "groups", R"({"name":"a","nmae":"b"})", "400", "nmae: no such field"},
      {"POST", "groups", R"({"name":"a","name":"b"})", "400", "name"},
      {"POST", "groups", R"({"name":"a","assign":["b"]})", "400", "assign: no such field"},
      {"PATCH", "groups/db", "{", "400", "not valid JSON"},
      {"PATCH", "groups/db", "1", "400", "must be an object"},
      {"PATCH", "groups/db", R"({"name":"a/b"})", "400", R"(name: \"a/b\" cannot be)"},
      {"PATCH", "groups/db", R"({"assign":"a"})", "400", "assign: must be"},
      {"PATCH", "groups/db", R"({"unassign":[null]})", "400", "unassign[0]: must be"},
      {"PATCH", "groups/db", R"({"enabled":1})", "400", "enabled: must be"},
      {"PATCH", "groups/db?x=1", "{}", "400", "x"},
      {"DELETE", "groups/db?force=1", "", "400", "force"},
      {"GET", "groups/nix", "", "404", "nix"},
      {"PUT", "config", "", "400", "the body is empty"},
      {"PUT", "config", "{", "400", "line 1, column 2"},
      {"PUT", "config", "[]", "400", "must be an object"},
      {"PUT", "config", "{}", "400", R"(\"mcpServers\" is missing)"},
      {"PUT", "config", R"({"listen":5})", "422", "listen"},
      {"PUT", "config", R"({"mcpServers":{"a":{}}})", "422", "mcpServers.a"},
      {"POST", "backup", R"({"path":"/etc/x"})", "400", "path: no such field"},
      {"POST", "backup", R"({"name":7})", "400", "name: must be"},
      {"POST", "backup", R"({"name":"a\u0000b"})", "400", "u0000"},
      {"POST", "backup", R"({"file":"/a"})", "400", "file: no such field"},
      {"POST", "groups/db/enable", "{", "400", "not valid JSON"},
      {"POST", "servers/a/enable", R"({"wait":true})", "400", R"(\"wait\" is not known here)"},
      {"DELETE", "servers/a", R"({"force":true})", "400", R"(\"force\" is not known here)"},
      {"DELETE", "groups/db", "[]", "400", "must be an object"},
      {"GET", "tools/call", "", "405", "POST"},
      {"DELETE", "groups", "", "405", "GET, POST"},
      {"POST", "config", "{}", "405", "GET, PUT"},
      {"GET", "backup", "", "405", "POST"},
      {"PUT", "servers/a", "{}", "405", "GET, PATCH, DELETE"},
      {"DELETE", "servers/%FF", "", "404", "servers"},
      {"DELETE", "servers/", "", "404", "servers"},
  };
  World world;
  for (const Case& one : cases) {
    const std::string answer = world.ask(one.method, fmt::format("/api/v1/{}", one.path), one.body);
    CAPTURE(one.method, one.path, one.body, answer);
    CHECK(answer.starts_with(fmt::format("HTTP/1.1 {} ", one.status)));
    CHECK(has(answer, one.named));
    CHECK(has(answer, R"("code":"MCPT_)"));
    CHECK(!has(answer, R"("remedy":"")"));
  }
  CHECK(world.service.log.empty());
}

}  // namespace
}  // namespace proxy::rest
