#include "proxy/config/server_json.h"

#include <catch2/catch.hpp>

#include "proxy/config/redaction.h"
#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

using base::ErrorCode;

ServerConfig sample() {
  ServerConfig server;
  server.name = "a";
  server.command = "x";
  server.args = {"--key", "hunter"};
  server.env = {{"A", "1"}, {"B", "2"}};
  server.groups = {"g"};
  return server;
}

ServerConfig patched(const ServerConfig& current, std::string_view patch) {
  const base::Result<ServerConfig> result = patched_server(current, patch);
  if (!result) FAIL(base::one_line(result.error()));
  return *result;
}

TEST_CASE("a server is read from JSON, or every fault is named", "[config]") {
  CHECK(server_from_json(to_json(sample())).value() == sample());
  const base::Result<ServerConfig> bad =
      server_from_json(R"({"name": "a:b", "command": 5, "startup_mode": "on"})");
  REQUIRE(!bad);
  CHECK(bad.error().code == ErrorCode::invalid_argument);
  for (const char* path : {"name: ", "command: ", "startup_mode: "}) {
    CAPTURE(path, bad.error().message);
    CHECK(bad.error().message.find(path) != std::string::npos);
  }
  CHECK(server_from_json("[").error().code == ErrorCode::invalid_json);
  CHECK(server_from_json("[]").error().code == ErrorCode::invalid_argument);
  CHECK(server_from_json(R"({"command": "x"})").error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a patch changes what it names and keeps the rest, secrets too", "[config]") {
  CHECK(patched(sample(), "{}") == sample());
  CHECK(patched(sample(), to_json(redacted(sample()))) == sample());
  const ServerConfig out = patched(
      sample(), R"({"env": {"A": null, "B": "***", "C": "3"}, "description": "d", "groups": null,
                    "cwd": "/w", "init_timeout": 5})");
  ServerConfig want = sample();
  want.env = {{"B", "2"}, {"C", "3"}};
  want.description = "d";
  want.groups.clear();
  want.working_dir = "/w";
  want.connect_timeout = std::chrono::seconds(5);
  CHECK(out == want);
  CHECK(patched(sample(), R"({"group_name": "h"})").groups == std::vector<std::string>{"h"});
}

TEST_CASE("a patch may turn a command into a url", "[config]") {
  const ServerConfig out =
      patched(sample(), R"({"command": null, "args": null, "url": "https://u"})");
  CHECK(out.command.empty());
  CHECK(out.protocol == Protocol::auto_detect);
}

TEST_CASE("booleans of a patch mean what they mean for this server", "[config]") {
  struct Case {
    StartupMode before;
    const char* patch;
    StartupMode after;
  };
  const Case cases[] = {
      {StartupMode::disabled, R"({"enabled": true})", StartupMode::active},
      {StartupMode::lazy_loading, R"({"enabled": true})", StartupMode::lazy_loading},
      {StartupMode::lazy_loading, R"({"enabled": false})", StartupMode::disabled},
      {StartupMode::active, R"({"disabled": true})", StartupMode::disabled},
      {StartupMode::active, R"({"quarantined": true})", StartupMode::quarantined},
      {StartupMode::lazy_loading, R"({"quarantined": false})", StartupMode::lazy_loading},
      {StartupMode::disabled, R"({"quarantined": false})", StartupMode::disabled},
      {StartupMode::quarantined, R"({"quarantined": false})", StartupMode::active},
      {StartupMode::quarantined, R"({"quarantined": false, "enabled": false})",
       StartupMode::disabled},
      {StartupMode::quarantined, R"({"enabled": true})", StartupMode::quarantined},
      {StartupMode::active, R"({"startup_mode": "lazy_loading"})", StartupMode::lazy_loading},
  };
  for (const Case& item : cases) {
    CAPTURE(item.patch);
    ServerConfig server = sample();
    server.startup_mode = item.before;
    CHECK(patched(server, item.patch).startup_mode == item.after);
  }
}

TEST_CASE("a patch that holds a lazy server remembers it, one that names a mode forgets it",
          "[config]") {
  ServerConfig lazy = sample();
  lazy.startup_mode = StartupMode::lazy_loading;
  for (const char* patch : {R"({"enabled": false})", R"({"startup_mode": "disabled"})",
                            R"({"startup_mode": "quarantined"})", R"({"quarantined": true})"}) {
    CAPTURE(patch);
    const ServerConfig held = patched(lazy, patch);
    CHECK(released_mode(held) == StartupMode::lazy_loading);
    CHECK(patched(held, R"({"description": "d"})").lazy_when_released);
    CHECK(patched(held, R"({"enabled": true, "quarantined": false})") == lazy);
    CHECK(patched(held, to_json(held)) == held);
    CHECK(patched(held, R"({"startup_mode": "active"})").startup_mode == StartupMode::active);
  }
}

TEST_CASE("a patch that makes no sense is refused", "[config]") {
  const auto code = [](std::string_view patch) {
    const base::Result<ServerConfig> result = patched_server(sample(), patch);
    REQUIRE(!result);
    CHECK(!result.error().remedy.empty());
    return result.error().code;
  };
  CHECK(code(R"({"name": "b"})") == ErrorCode::invalid_argument);
  CHECK(code(R"({"env": {"NEW": "***"}})") == ErrorCode::invalid_argument);
  CHECK(code(R"({"command": null})") == ErrorCode::invalid_argument);
  CHECK(code(R"({"enabled": "yes"})") == ErrorCode::invalid_argument);
  CHECK(code(R"({"connect_timeout": "soon"})") == ErrorCode::invalid_argument);
  CHECK(code("{") == ErrorCode::invalid_json);
  CHECK(code("5") == ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace proxy::config
