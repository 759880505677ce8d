#include "proxy/config/parser.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

using namespace std::chrono_literals;

std::string real_file() {
  std::ifstream in(std::string(MCPTRUNK_SOURCE_DIR) + "/configs/mcp_config.159.json");
  std::stringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

Config parsed(std::string_view text) {
  const ParseOutcome outcome = parse(text);
  for (const Diagnostic& diagnostic : outcome.diagnostics) UNSCOPED_INFO(one_line(diagnostic));
  REQUIRE(outcome.config.has_value());
  return *outcome.config;
}

ServerConfig server_of(std::string_view members) {
  return parsed(fmt::format(R"({{"mcpServers":[{{"name":"a",{}}}]}})", members)).servers.at(0);
}

std::vector<Diagnostic> of(Severity severity, const ParseOutcome& outcome) {
  std::vector<Diagnostic> out;
  for (const Diagnostic& item : outcome.diagnostics) {
    if (item.severity == severity) out.push_back(item);
  }
  return out;
}

TEST_CASE("the real 159-server file loads whole, warning only of what has no effect", "[config]") {
  const ParseOutcome outcome = parse(real_file());
  for (const Diagnostic& diagnostic : outcome.diagnostics) {
    INFO(one_line(diagnostic));
    CHECK((diagnostic.path.ends_with(".isolation") || diagnostic.path.ends_with(".oauth")));
    CHECK(diagnostic.message == kNoEffect);
  }
  REQUIRE(outcome.config.has_value());
  const Config& config = *outcome.config;
  CHECK(config.servers.size() == 159);
  CHECK(config.groups.size() == 14);
  CHECK(config.listen == Listen{"127.0.0.1", 8080});
  CHECK(config.max_concurrent_connections == 20);
  CHECK(config.enable_lazy_loading);
  CHECK(config.call_tool_timeout == 2min);
  std::map<StartupMode, int> modes;
  std::map<Protocol, int> protocols;
  std::map<std::string, int> groups;
  for (const ServerConfig& server : config.servers) {
    ++modes[server.startup_mode];
    ++protocols[server.protocol];
    REQUIRE(server.groups.size() == 1);
    ++groups[server.groups[0]];
  }
  CHECK(modes == std::map<StartupMode, int>{{StartupMode::active, 118},
                                            {StartupMode::lazy_loading, 14},
                                            {StartupMode::disabled, 20},
                                            {StartupMode::quarantined, 7}});
  CHECK(protocols == std::map<Protocol, int>{{Protocol::stdio, 104},
                                             {Protocol::streamable_http, 37},
                                             {Protocol::http, 9},
                                             {Protocol::auto_detect, 9}});
  CHECK(groups["dev-tools"] == 18);
  const ServerConfig* nixos = config.find_server("mcp-nixos");
  REQUIRE(nixos != nullptr);
  CHECK(nixos->connect_timeout == 90s);
  CHECK(nixos->args == std::vector<std::string>{"mcp-nixos"});
}

TEST_CASE("config check lists the fields of the real file that nothing reads", "[config]") {
  const ParseOutcome outcome = parse(real_file(), {UnknownFields::reported});
  const std::vector<Diagnostic> unused = of(Severity::unused, outcome);
  const auto has = [&](std::string_view path) {
    return std::any_of(unused.begin(), unused.end(),
                       [&](const Diagnostic& item) { return item.path == path; });
  };
  CHECK(has("top_k"));
  CHECK(has("semantic_search"));
  CHECK(has("mcpServers[0].repository_url"));
  CHECK(has("mcpServers[158].tool_count"));
  CHECK(!has("mcpServers[0].command"));
  CHECK(!has("listen"));
}

TEST_CASE("comments, trailing commas, CRLF and a byte order mark are accepted", "[config]") {
  const Config config = parsed(
      "\xEF\xBB\xBF{ // the daemon\r\n\"tools_limit\": 20, /* \"tools_limit\": 30, */\r\n"
      "\"mcpServers\": {\"a\": {\"command\": \"x\",},},}\r\n");
  CHECK(config.tools_limit == 20);
  CHECK(config.servers.at(0).name == "a");
}

TEST_CASE("servers may be a list, an object, or VS Code's servers", "[config]") {
  const Config list = parsed(R"({"mcpServers":[{"name":"a","command":"x"}]})");
  const Config object = parsed(R"({"mcpServers":{"a":{"command":"x"}}})");
  const Config vs_code = parsed(R"({"servers":{"a":{"type":"stdio","command":"x"}}})");
  CHECK(list == object);
  CHECK(object == vs_code);
}

TEST_CASE("an empty object is a configuration of defaults", "[config]") {
  CHECK(parsed("{}") == Config{});
}

TEST_CASE("every top-level field is read", "[config]") {
  const Config config = parsed(R"({
    "listen": "[::1]:9000", "data_dir": "/d", "backup_dir": "/b", "routing_mode": "direct", "tools_limit": 7,
    "tool_response_limit": 0, "call_tool_timeout": 5, "connect_timeout": "1m30s",
    "idle_timeout": "0", "enable_lazy_loading": true, "max_concurrent_connections": 3,
    "auto_disable_threshold": 4, "health_check_interval": "10s", "tool_discovery_interval": "1h",
    "tool_name_length_max": 40, "api_key": "k", "require_mcp_auth": true, "local_users": "all",
    "trusted_hosts": ["h"], "trusted_origins": ["https://o"], "allow_mcp_management": true,
    "read_only_mode": true, "disable_management": true,
    "limits": {"global": {"calls_per_second": 2.5, "burst": 4}, "per_client": {"burst": 1},
               "per_server": {"burst": 2}, "calls_in_flight_max": 5, "sessions_max": 6,
               "message_bytes_max": 65536, "redis_url": "redis://r"},
    "cache": {"enabled": true, "ttl": "1m", "bytes_max": 65536, "redis_url": "redis://c"},
    "logging": {"level": "warn", "enable_console": false, "enable_file": false,
                "json_format": true, "filename": "f", "max_size": 2, "max_backups": 1},
    "environment": {"inherit_system_safe": false, "allowed_system_vars": ["A"],
                    "custom_vars": {"B": "b"}, "path": "/bin"},
    "search": {"synonyms": ["deploy, ship", "also: k8s > kubernetes"], "count_use": false}
  })");
  Config want;
  want.listen = {"::1", 9000};
  want.data_dir = "/d";
  want.backup_dir = "/b";
  want.routing_mode = RoutingMode::direct;
  want.tools_limit = 7;
  want.tool_response_limit = 0;
  want.call_tool_timeout = 5s;
  want.connect_timeout = 90s;
  want.idle_timeout = 0s;
  want.enable_lazy_loading = true;
  want.max_concurrent_connections = 3;
  want.auto_disable_threshold = 4;
  want.health_check_interval = 10s;
  want.tool_discovery_interval = 1h;
  want.tool_name_length_max = 40;
  want.api_key = "k";
  want.require_mcp_auth = true;
  want.local_users = LocalUsers::all;
  want.trusted_hosts = {"h"};
  want.trusted_origins = {"https://o"};
  want.allow_mcp_management = true;
  want.read_only_mode = true;
  want.disable_management = true;
  want.limits = {{2.5, 4}, {0, 1}, {0, 2}, 5, 6, 65536, "redis://r"};
  want.cache = {true, 1min, 65536, "redis://c"};
  want.logging = {LogLevel::warning, false, false, true, "f", 2 * 1024 * 1024, 1};
  want.environment = {false, {"A"}, {{"B", "b"}}, "/bin"};
  want.search = {{"same: deploy, ship", "also: k8s > kubernetes"}, false};
  CHECK(config == want);
}

TEST_CASE("every field of a server is read", "[config]") {
  const ServerConfig stdio = server_of(R"(
    "description": "d", "command": "c", "args": ["x", "${Y}"], "env": {"K": "${V}"},
    "working_dir": "~/w", "startup_mode": "lazy_loading", "groups": ["g", "h", "g"],
    "tags": ["t"], "connect_timeout": 5, "call_timeout": "6s", "idle_timeout": "7s",
    "auto_disable_threshold": 8, "health_check_interval": "9s", "health_check": false,
    "max_concurrent_requests": 10, "queue_size": 11, "sharing": "session",
    "protocol_era": "2025-06-18", "enabled_tools": ["one"],
    "isolation": {"enabled": true, "image": "i", "network_mode": "n", "memory_limit": "m",
                  "cpu_limit": "1.0", "working_dir": "w", "extra_args": ["e"]})");
  ServerConfig want;
  want.name = "a";
  want.description = "d";
  want.command = "c";
  want.args = {"x", "${Y}"};
  want.env = {{"K", "${V}"}};
  want.working_dir = "~/w";
  want.startup_mode = StartupMode::lazy_loading;
  want.groups = {"g", "h"};
  want.tags = {"t"};
  want.connect_timeout = 5s;
  want.call_timeout = 6s;
  want.idle_timeout = 7s;
  want.auto_disable_threshold = 8;
  want.health_check_interval = 9s;
  want.health_check = false;
  want.max_concurrent_requests = 10;
  want.queue_size = 11;
  want.sharing = Sharing::session;
  want.protocol_era = ProtocolEra::v2025_06_18;
  want.enabled_tools = std::vector<std::string>{"one"};
  want.isolation = IsolationConfig{true, "i", "n", "m", "1.0", "w", {"e"}};
  CHECK(stdio == want);

  const ServerConfig http = server_of(R"(
    "url": "https://u", "headers": {"A": "b"}, "disabled_tools": ["two"],
    "oauth": {"client_id": "i", "client_secret": "s", "redirect_uri": "r", "scopes": ["p"],
              "pkce_enabled": false, "extra_params": {"k": "v"}})");
  CHECK(http.protocol == Protocol::auto_detect);
  CHECK(http.url == "https://u");
  CHECK(http.headers == std::map<std::string, std::string>{{"A", "b"}});
  CHECK(http.disabled_tools == std::vector<std::string>{"two"});
  CHECK(http.oauth == OAuthConfig{"i", "s", "r", {"p"}, false, {{"k", "v"}}});
}

TEST_CASE("synonyms of other programs mean the same", "[config]") {
  struct Case {
    const char* members;
    StartupMode mode;
  };
  const Case cases[] = {
      {R"("command":"x")", StartupMode::active},
      {R"("command":"x","enabled":true)", StartupMode::active},
      {R"("command":"x","enabled":false)", StartupMode::disabled},
      {R"("command":"x","disabled":true)", StartupMode::disabled},
      {R"("command":"x","quarantined":true)", StartupMode::quarantined},
      {R"("command":"x","enabled":true,"quarantined":true)", StartupMode::quarantined},
      {R"("command":"x","startup_mode":"auto_disabled","enabled":false)", StartupMode::disabled},
      {R"("command":"x","startup_mode":"lazy_loading","enabled":true)", StartupMode::lazy_loading},
      {R"("command":"x","startup_mode":"quarantined","enabled":false)", StartupMode::quarantined},
  };
  for (const Case& item : cases) {
    CAPTURE(item.members);
    const ParseOutcome outcome =
        parse(fmt::format(R"({{"mcpServers":{{"a":{{{}}}}}}})", item.members));
    CHECK(outcome.diagnostics.empty());
    REQUIRE(outcome.config);
    CHECK(outcome.config->servers.at(0).startup_mode == item.mode);
  }
  CHECK(server_of(R"("command":"x","init_timeout":"9s")").connect_timeout == 9s);
  CHECK(server_of(R"("command":"x","connection_timeout":9)").connect_timeout == 9s);
  CHECK(server_of(R"("command":"x","cwd":"/w")").working_dir == "/w");
  CHECK(server_of(R"("url":"http://x","type":"sse")").protocol == Protocol::sse);
  CHECK(server_of(R"("url":"http://x","protocol":"streamable_http")").protocol ==
        Protocol::streamable_http);
  CHECK(server_of(R"("command":"x","protocol":"auto")").protocol == Protocol::stdio);
}

TEST_CASE("a command with an http url and a protocol is launched, then dialled", "[config]") {
  const ServerConfig server =
      server_of(R"("command":"x","url":"http://127.0.0.1:1/mcp","protocol":"http")");
  CHECK(server.is_launched_then_dialled());
  CHECK(server.protocol == Protocol::http);
}

TEST_CASE("an authority of one's own is named by file", "[config]") {
  const ServerConfig server = server_of(R"("url":"https://x","ca_file":"~/ca.pem")");
  CHECK(server.ca_file == "~/ca.pem");
  CHECK(to_json(server).find(R"("ca_file":"~/ca.pem")") != std::string::npos);
}

TEST_CASE("the groups of a server come from the first place that names any", "[config]") {
  const auto groups = [](std::string_view members, std::string_view assigned) {
    return parsed(fmt::format(R"({{"groups":[{{"name":"by-id","id":7}},{{"name":"x"}},
      {{"name":"y"}},{{"name":"z"}}], "server_group_assignments":{{{}}},
      "mcpServers":[{{"name":"a","command":"c"{}}}]}})",
                              assigned, members))
        .servers.at(0)
        .groups;
  };
  using List = std::vector<std::string>;
  CHECK(groups(R"(,"groups":["x","y"],"group_name":"z")", "") == List{"x", "y"});
  CHECK(groups(R"(,"group_name":"z","group_id":7)", R"("a":"y")") == List{"z"});
  CHECK(groups(R"(,"group_id":7)", R"("a":"y")") == List{"y"});
  CHECK(groups(R"(,"group_id":7)", "") == List{"by-id"});
  CHECK(groups(R"(,"groups":[],"group_name":"z")", "").empty());
  CHECK(groups("", "").empty());
}

TEST_CASE("a group that is only referred to exists implicitly", "[config]") {
  const ParseOutcome outcome = parse(
      R"({"groups":[{"name":"g","parent":"p"}],
          "mcpServers":[{"name":"a","command":"c","groups":["g","q"]}]})");
  REQUIRE(outcome.config);
  CHECK(outcome.diagnostics.size() == 2);
  REQUIRE(outcome.config->groups.size() == 3);
  CHECK(outcome.config->groups[0].declared);
  CHECK(!outcome.config->find_group("p")->declared);
  CHECK(!outcome.config->find_group("q")->declared);
}

TEST_CASE("disagreements and probable slips are warnings", "[config]") {
  struct Case {
    const char* text;
    const char* path;
    const char* message;
  };
  const Case cases[] = {
      {R"({"mcpServers":{"a":{"command":"x","enabled":true,"startup_mode":"disabled"}}})",
       "mcpServers.a.enabled", "disagrees"},
      {R"({"mcpServers":{"a":{"command":"x","quarantined":false,"startup_mode":"quarantined"}}})",
       "mcpServers.a.quarantined", "disagrees"},
      {R"({"mcpServers":{"a":{"command":"x","init_timeout":1,"connect_timeout":"2s"}}})",
       "mcpServers.a.init_timeout", "disagrees"},
      {R"({"groups":[{"name":"g"},{"name":"h"}],
           "mcpServers":{"a":{"command":"x","groups":["g"],"group_name":"h"}}})",
       "mcpServers.a.group_name", "disagrees"},
      {R"({"groups":[{"name":"g"},{"name":"h"}],"server_group_assignments":{"a":"h"},
           "mcpServers":{"a":{"command":"x","groups":["g"]}}})",
       "mcpServers.a", "server_group_assignments"},
      {R"({"mcpServers":{"a":{"command":"x","group_id":9}}})", "mcpServers.a.group_id", "id 9"},
      {R"({"server_group_assignments":{"b":"g"}})", "server_group_assignments.b", "no server"},
      {R"({"listen":":8080"})", "listen", "only this machine"},
      {R"({"tool_limit":5})", "tool_limit", "no such field"},
      {R"({"mcpServers":{"a":{"command":"x","arg":["y"]}}})", "mcpServers.a.arg", "no such field"},
      {R"({"mcpServers":{"a":{"name":"b","command":"x"}}})", "mcpServers.a.name", "disagrees"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.text);
    const ParseOutcome outcome = parse(item.text);
    CHECK(outcome.config);
    REQUIRE(outcome.diagnostics.size() == 1);
    INFO(one_line(outcome.diagnostics[0]));
    CHECK(outcome.diagnostics[0].severity == Severity::warning);
    CHECK(outcome.diagnostics[0].path == item.path);
    CHECK(outcome.diagnostics[0].message.find(item.message) != std::string::npos);
  }
  CHECK(parse(cases[1].text).config->servers[0].startup_mode == StartupMode::quarantined);
}

TEST_CASE("a boolean holds a server, and startup_mode says how it comes back", "[config]") {
  struct Case {
    const char* members;
    StartupMode mode;
    StartupMode released;
  };
  const Case cases[] = {
      {R"("startup_mode":"lazy_loading","enabled":false)", StartupMode::disabled,
       StartupMode::lazy_loading},
      {R"("startup_mode":"lazy","disabled":true)", StartupMode::disabled,
       StartupMode::lazy_loading},
      {R"("startup_mode":"lazy_loading","quarantined":true)", StartupMode::quarantined,
       StartupMode::lazy_loading},
      {R"("startup_mode":"lazy_loading","quarantined":true,"enabled":false)",
       StartupMode::quarantined, StartupMode::lazy_loading},
      {R"("startup_mode":"active","enabled":false)", StartupMode::disabled, StartupMode::active},
      {R"("startup_mode":"active","quarantined":true)", StartupMode::quarantined,
       StartupMode::active},
      {R"("startup_mode":"disabled","quarantined":true)", StartupMode::quarantined,
       StartupMode::active},
      {R"("enabled":false)", StartupMode::disabled, StartupMode::active},
  };
  for (const Case& item : cases) {
    CAPTURE(item.members);
    const ServerConfig server = server_of(fmt::format(R"("command":"x",{})", item.members));
    CHECK(server.startup_mode == item.mode);
    CHECK(released_mode(server) == item.released);
    CHECK(parsed(fmt::format(R"({{"mcpServers":[{}]}})", to_json(server))).servers.at(0) == server);
  }
}

TEST_CASE("what has no effect in this version is a warning with what to do instead", "[config]") {
  struct Case {
    const char* text;
    const char* path;
    const char* remedy;
  };
  const Case cases[] = {
      {R"({"cache":{"enabled":true}})", "cache", "remove it"},
      {R"({"limits":{"global":{"burst":1}}})", "limits.global", "max_concurrent_requests"},
      {R"({"limits":{"per_client":{}}})", "limits.per_client", "max_concurrent_requests"},
      {R"({"limits":{"per_server":{}}})", "limits.per_server", "max_concurrent_requests"},
      {R"({"limits":{"calls_in_flight_max":5}})", "limits.calls_in_flight_max", "remove it"},
      {R"({"limits":{"sessions_max":5}})", "limits.sessions_max", "remove it"},
      {R"({"limits":{"redis_url":"redis://h"}})", "limits.redis_url", "remove it"},
      {R"({"mcpServers":{"a":{"url":"http://h","oauth":{}}}})", "mcpServers.a.oauth", "headers"},
      {R"({"mcpServers":{"a":{"command":"x","isolation":{"enabled":true}}}})",
       "mcpServers.a.isolation", "docker"},
      {R"({"mcpServers":{"a":{"command":"x","protocol_era":"2026-07-28"}}})",
       "mcpServers.a.protocol_era", "2025-11-25"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.text);
    const ParseOutcome outcome = parse(item.text);
    CHECK(outcome.config);
    REQUIRE(outcome.diagnostics.size() == 1);
    INFO(one_line(outcome.diagnostics[0]));
    CHECK(outcome.diagnostics[0].severity == Severity::warning);
    CHECK(outcome.diagnostics[0].path == item.path);
    CHECK(outcome.diagnostics[0].message == kNoEffect);
    CHECK(outcome.diagnostics[0].remedy.find(item.remedy) != std::string::npos);
  }
  CHECK(parse(R"({"cache":{"enabled":false},"limits":{"message_bytes_max":1000000},
                  "mcpServers":{"a":{"command":"x","isolation":{"enabled":false},
                                     "protocol_era":"legacy"}}})")
            .diagnostics.empty());
}

TEST_CASE("synonyms that agree are no disagreement", "[config]") {
  const ParseOutcome outcome = parse(
      R"({"mcpServers":{"a":{"command":"x","connect_timeout":"90s","init_timeout":"1m30s",
          "connection_timeout":90,"enabled":true,"disabled":false}}})");
  CHECK(outcome.diagnostics.empty());
}

}  // namespace
}  // namespace proxy::config
