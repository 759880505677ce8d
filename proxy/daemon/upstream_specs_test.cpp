#include "proxy/daemon/upstream_specs.h"

#include <catch2/catch.hpp>

#include "proxy/config/parser.h"

namespace proxy::daemon {
namespace {

using upstream::RunPolicy;

config::Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

std::vector<upstream::UpstreamSpec> specs_of(std::string_view text,
                                             std::map<std::string, std::string> variables = {},
                                             const RememberedByName& remembered = {},
                                             const Variables& inherited = {}) {
  auto parsed = config::parse(text);
  REQUIRE(parsed.config);
  return upstream_specs(*parsed.config, environment(std::move(variables)), inherited, remembered);
}

TEST_CASE("servers over HTTP have limits of their own where none are said", "[daemon]") {
  const auto specs = specs_of(
      R"({"mcpServers":[{"name":"a","url":"http://h/mcp"},{"name":"b","command":"c"},
          {"name":"c","url":"http://h/mcp","max_concurrent_requests":7,"queue_size":8}]})");
  REQUIRE(specs.size() == 3);
  CHECK(specs[0].max_concurrent_requests == 256);
  CHECK(specs[0].queue_size == 1024);
  CHECK(specs[1].max_concurrent_requests == 0);
  CHECK(specs[1].queue_size == 256);
  CHECK(specs[2].max_concurrent_requests == 7);
  CHECK(specs[2].queue_size == 8);
}

TEST_CASE("a spec has its defaults filled in and its variables expanded", "[daemon]") {
  const auto specs = specs_of(
      R"({"call_tool_timeout":"90s","mcpServers":[{"name":"a","command":"npx","args":["${PACKAGE}"],
          "env":{"K":"${KEY:-none}"},"startup_mode":"lazy_loading"}]})",
      {{"PACKAGE", "server-x"}});
  REQUIRE(specs.size() == 1);
  const auto& launch = std::get<upstream::StdioLaunch>(specs[0].launch);
  CHECK(launch.args == std::vector<std::string>{"server-x"});
  CHECK(launch.env == std::vector<std::pair<std::string, std::string>>{{"K", "none"}});
  CHECK(specs[0].policy == RunPolicy::lazy);
  CHECK(specs[0].call_timeout == std::chrono::seconds(90));
  CHECK(specs[0].package_runner);
  CHECK(!specs[0].unconfigured);
}

TEST_CASE("what a server inherits is not heard of it", "[daemon]") {
  const auto specs =
      specs_of(R"({"mcpServers":[{"name":"a","command":"x"}]})", {}, {},
               {{"OPENAI_API_KEY", "k-inherited-4711"}, {"PATH", "/opt/Zx8kQ2v/bin"}});
  CHECK(specs[0].secrets == std::vector<std::string>{"k-inherited-4711"});
}

TEST_CASE("servers behind a url are pinged rarely, unless they say themselves", "[daemon]") {
  const auto specs = specs_of(
      R"({"health_check_interval":"20s","mcpServers":[{"name":"a","command":"x"},
          {"name":"b","url":"http://h/mcp"},
          {"name":"c","url":"http://h/mcp","health_check_interval":"45s"},
          {"name":"d","url":"http://h/mcp","health_check":false}]})");
  CHECK(specs[0].health_interval == std::chrono::seconds(20));
  CHECK(specs[1].health_interval == std::chrono::minutes(5));
  CHECK(specs[2].health_interval == std::chrono::seconds(45));
  CHECK_FALSE(specs[3].health_interval);
}

TEST_CASE("an era that is named fixes the revision, but for one that is not spoken", "[daemon]") {
  const auto specs = specs_of(
      R"({"mcpServers":[{"name":"a","command":"x"},{"name":"b","command":"x","protocol_era":"legacy"},
          {"name":"c","url":"http://h/mcp","protocol_era":"2024-11-05"},
          {"name":"d","url":"http://h/mcp","protocol_era":"2026-07-28"}]})");
  CHECK_FALSE(specs[0].revision);
  CHECK(specs[1].revision == protocol::kNewestLegacy);
  CHECK(specs[2].revision == protocol::Revision::v2024_11_05);
  CHECK_FALSE(specs[3].revision);
}

TEST_CASE("a server that sessions do not share is told so", "[daemon]") {
  const auto specs = specs_of(
      R"({"mcpServers":[{"name":"a","command":"x"},{"name":"b","command":"x","sharing":"session"}]})");
  CHECK_FALSE(specs[0].own_instances);
  CHECK(specs[1].own_instances);
}

TEST_CASE("a command beside a url is launched with it", "[daemon]") {
  const auto specs = specs_of(
      R"({"mcpServers":[{"name":"a","command":"npx","args":["x"],"env":{"P":"1"},"protocol":"http",
          "url":"http://127.0.0.1:3000/mcp","headers":{"X":"${H}"},"ca_file":"${HOME}/ca.pem"}]})",
      {{"H", "v"}, {"HOME", "/home/me"}});
  const auto& launch = std::get<upstream::HttpLaunch>(specs[0].launch);
  CHECK(launch.url == "http://127.0.0.1:3000/mcp");
  CHECK(launch.headers == std::vector<std::pair<std::string, std::string>>{{"X", "v"}});
  CHECK(launch.ca_file == "/home/me/ca.pem");
  REQUIRE(launch.command);
  CHECK(launch.command->command == "npx");
  CHECK(launch.command->env.size() == 1);
  CHECK(specs[0].package_runner);
}

TEST_CASE("an unset variable makes a server unconfigured, by name", "[daemon]") {
  const auto specs = specs_of(
      R"({"mcpServers":[{"name":"a","command":"x","env":{"A":"${ONE}","B":"${TWO}"}},
                        {"name":"b","command":"x","env":{"A":"${ONE}"}}]})");
  CHECK(specs[0].unconfigured->message == "the variables ONE, TWO are not set");
  CHECK(specs[1].unconfigured->message == "the variable ONE is not set");
  CHECK(specs[1].unconfigured->remedy.find("${ONE:-value}") != std::string::npos);
}

TEST_CASE("a disabled group holds its servers, and releases no quarantined one", "[daemon]") {
  const auto specs = specs_of(
      R"({"groups":[{"name":"top","enabled":false},{"name":"sub","parent":"top"}],
          "mcpServers":[{"name":"a","command":"x","groups":["sub"]},
                        {"name":"b","command":"x","groups":["sub"],"startup_mode":"quarantined"},
                        {"name":"c","command":"x"}]})");
  CHECK(specs[0].policy == RunPolicy::disabled);
  CHECK(specs[0].held_by == "group top");
  CHECK(specs[1].policy == RunPolicy::quarantined);
  CHECK(specs[2].policy == RunPolicy::active);
}

TEST_CASE("the hash of a server's configuration follows what runs, not whether it may",
          "[daemon]") {
  const auto hash = [](std::string_view text) { return specs_of(text)[0].config_hash; };
  const auto base = hash(R"({"mcpServers":[{"name":"a","command":"x"}]})");
  CHECK(
      hash(
          R"({"mcpServers":[{"name":"a","command":"x","startup_mode":"disabled","groups":["g"]}]})") ==
      base);
  CHECK(hash(R"({"mcpServers":[{"name":"a","command":"x","args":["-v"]}]})") != base);
}

TEST_CASE("what the store remembers goes to the server of that name", "[daemon]") {
  RememberedByName remembered;
  remembered["b"].memory.known_good = true;
  remembered["b"].has_catalog = true;
  const auto specs = specs_of(
      R"({"mcpServers":[{"name":"a","command":"x"},{"name":"b","command":"x"}]})", {}, remembered);
  CHECK(!specs[0].memory.known_good);
  CHECK(specs[1].memory.known_good);
  CHECK(specs[1].has_catalog);
}

}  // namespace
}  // namespace proxy::daemon
