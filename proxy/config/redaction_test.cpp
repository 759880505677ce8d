#include "proxy/config/redaction.h"

#include <catch2/catch.hpp>

#include "proxy/config/parser.h"
#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

ServerConfig secretive() {
  ServerConfig server;
  server.name = "s";
  server.url = "https://user:hunter2@h/mcp?api_key=hunter3&q=plain&token=hunter4#x";
  server.env = {{"A", "hunter5"}, {"B", "${REF}"}, {"E", ""}};
  server.headers = {{"Authorization", "Bearer hunter6"}, {"X", "Bearer ${REF}"}};
  server.args = {"--api-key", "hunter7", "--token=hunter8", "--verbose",
                 "plain",     "--key",   "${REF}",          "postgres://u:hunter9@db/x"};
  server.oauth = OAuthConfig{};
  server.oauth->client_id = "visible";
  server.oauth->client_secret = "hunter10";
  server.oauth->extra_params = {{"k", "hunter11"}};
  return server;
}

TEST_CASE("no secret of a server is shown, references and the rest are", "[config]") {
  const ServerConfig shown = redacted(secretive());
  CHECK(to_json(shown).find("hunter") == std::string::npos);
  CHECK(shown.url == "https://***@h/mcp?api_key=***&q=***&token=***#***");
  CHECK(shown.env == std::map<std::string, std::string>{{"A", "***"}, {"B", "${REF}"}, {"E", ""}});
  CHECK(shown.headers.at("X") == "Bearer ${REF}");
  CHECK(shown.args == std::vector<std::string>{"--api-key", "***", "--token=***", "--verbose",
                                               "plain", "--key", "${REF}", "postgres://***@db/x"});
  CHECK(shown.oauth->client_id == "visible");
}

TEST_CASE("no secret of the top level is shown", "[config]") {
  Config config;
  config.api_key = "hunter1";
  config.limits.redis_url = "redis://:hunter2@r:6379/0";
  config.cache.redis_url = "redis://hunter3@r";
  config.environment.custom_vars = {{"A", "hunter4"}};
  config.servers = {secretive()};
  const std::string shown = to_json(redacted(config));
  CHECK(shown.find("hunter") == std::string::npos);
  CHECK(shown.find("redis://***@r:6379/0") != std::string::npos);
}

TEST_CASE("writing back what was shown changes nothing", "[config]") {
  const ServerConfig current = secretive();
  const base::Result<ServerConfig> back = unredacted(redacted(current), current);
  REQUIRE(back);
  CHECK(*back == current);
}

TEST_CASE("changes beside the secrets go through", "[config]") {
  const ServerConfig current = secretive();
  ServerConfig incoming = redacted(current);
  incoming.env["A"] = "new";
  incoming.env["C"] = "added";
  incoming.env.erase("B");
  incoming.args.insert(incoming.args.begin(), "--first");
  const base::Result<ServerConfig> back = unredacted(incoming, current);
  REQUIRE(back);
  CHECK(back->env == std::map<std::string, std::string>{{"A", "new"}, {"C", "added"}, {"E", ""}});
  CHECK(back->args[0] == "--first");
  CHECK(back->args[2] == "hunter7");
  CHECK(back->args[3] == "--token=hunter8");
  CHECK(back->headers == current.headers);
}

TEST_CASE("a secret among the arguments goes with its option, and is never guessed", "[config]") {
  ServerConfig current;
  current.name = "s";
  current.args = {"--a", "hunter-1", "--b", "hunter-2", "hunter-3", "hunter-4", "--b", "hunter-5"};
  const auto written = [&](std::vector<std::string> args) {
    ServerConfig incoming = redacted(current);
    incoming.args = std::move(args);
    const base::Result<ServerConfig> back = unredacted(incoming, current);
    return back ? back->args : std::vector<std::string>{"refused"};
  };
  const std::vector<std::string> shown{"--a", "***", "--b", "***", "***", "***", "--b", "***"};
  REQUIRE(redacted(current).args == shown);
  CHECK(written({"--b", "***", "***", "***", "--b", "***", "--a", "***"}) ==
        std::vector<std::string>{"--b", "hunter-2", "hunter-3", "hunter-4", "--b", "hunter-5",
                                 "--a", "hunter-1"});
  CHECK(written({"--a", "***", "--b", "new", "***", "***", "--c"}) ==
        std::vector<std::string>{"--a", "hunter-1", "--b", "new", "hunter-3", "hunter-4", "--c"});
  CHECK(written({"--a", "***", "--b", "***", "***", "--b", "***"}).front() == "refused");
  CHECK(written({"--a", "***", "--b", "***", "***", "***"}).front() == "refused");
  CHECK(written({"--c", "***"}).front() == "refused");
}

TEST_CASE("what reads in part is written back whole, elsewhere it is refused", "[config]") {
  ServerConfig current = secretive();
  current.command = "x --token hunter12";
  current.working_dir = "/srv/a8f5f167f44f4964e6c998dee827110c";
  current.args = {"https://h/mcp/hunter13?k=v", "-e", "NAME=hunter14", "${X:-hunter15}"};
  current.isolation.emplace();
  current.isolation->extra_args = {"-e", "NAME=hunter16"};
  const ServerConfig shown = redacted(current);
  CHECK(to_json(shown).find("hunter") == std::string::npos);
  CHECK(shown.command == "x --token ***");
  CHECK(shown.args ==
        std::vector<std::string>{"https://h/mcp/***?k=***", "-e", "NAME=***", "${X:-***}"});
  CHECK(unredacted(shown, current).value() == current);
  ServerConfig moved = shown;
  moved.args[0] = "https://elsewhere/mcp/***?k=***";
  CHECK(!unredacted(moved, current));
  moved = shown;
  moved.command = "y --token ***";
  CHECK(!unredacted(moved, current));
}

TEST_CASE("three stars where no secret was are refused", "[config]") {
  const ServerConfig current = secretive();
  ServerConfig incoming = redacted(current);
  incoming.env["NEW"] = "***";
  CHECK(unredacted(incoming, current).error().code == base::ErrorCode::invalid_argument);
  ServerConfig moved = redacted(current);
  moved.url = "https://user:***@elsewhere/";
  CHECK(!unredacted(moved, current));
  CHECK(holds_redaction(redacted(current)));
  CHECK(!holds_redaction(current));
}

TEST_CASE("what is written as JSON reads back to the same configuration", "[config]") {
  Config config;
  config.listen = {"::1", 1};
  config.routing_mode = RoutingMode::direct;
  config.local_users = LocalUsers::all;
  config.tools_limit = 9;
  config.idle_timeout = std::chrono::seconds(0);
  config.limits = {{2.5, 4}, {0, 1}, {0, 2}, 5, 6, 65536, "redis://r"};
  config.cache.enabled = true;
  config.logging = {LogLevel::warning, false, false, true, "f", 2 * 1024 * 1024, 1};
  config.environment = {false, {"A"}, {{"B", "b"}}, "/bin"};
  config.search = {{"same: deploy, ship"}, false};
  config.groups.resize(2);
  config.groups[0] = {"g", "d", "", false, "#fff", 3, true};
  config.groups[1] = {"h \"\\ \xC3\xA9", "", "g", true, "", std::nullopt, true};
  ServerConfig server = secretive();
  server.protocol = Protocol::streamable_http;
  server.startup_mode = StartupMode::quarantined;
  server.sharing = Sharing::session;
  server.protocol_era = ProtocolEra::legacy;
  server.groups = {"g"};
  server.tags = {"t"};
  server.connect_timeout = std::chrono::milliseconds(1500);
  server.auto_disable_threshold = 0;
  server.health_check = false;
  server.queue_size = 0;
  server.enabled_tools.emplace();
  server.isolation = IsolationConfig{true, "i", "n", "m", "1.0", "w", {"e"}};
  server.command = "c";
  config.servers = {server};
  const ParseOutcome outcome = parse(to_json(config));
  for (const Diagnostic& diagnostic : outcome.diagnostics) {
    INFO(one_line(diagnostic));
    CHECK(diagnostic.message == kNoEffect);
  }
  REQUIRE(outcome.config);
  CHECK(*outcome.config == config);
}

}  // namespace
}  // namespace proxy::config
