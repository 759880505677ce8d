#include "proxy/config/diff.h"

#include <catch2/catch.hpp>
#include <functional>

#include "proxy/config/parser.h"

namespace proxy::config {
namespace {

using namespace std::chrono_literals;

Config sample() {
  ParseOutcome outcome = parse(R"({
    "groups": [{"name": "g"}, {"name": "h", "parent": "g"}],
    "mcpServers": {"a": {"command": "c", "groups": ["h"]}, "b": {"url": "https://b"}}})");
  REQUIRE(outcome.config);
  return std::move(*outcome.config);
}

TEST_CASE("equal configurations, whatever their order, have no difference", "[config]") {
  const Config from = sample();
  Config to = from;
  CHECK(diff(from, to).empty());
  std::swap(to.servers[0], to.servers[1]);
  std::swap(to.groups[0], to.groups[1]);
  CHECK(diff(from, to).empty());
}

TEST_CASE("added and removed servers and groups are named", "[config]") {
  const Config from = sample();
  Config to = from;
  to.servers[1].name = "c";
  to.groups.push_back(GroupConfig());
  to.groups.back().name = "k";
  using List = std::vector<std::string>;
  const ConfigDiff there = diff(from, to);
  CHECK(there.servers_added == List{"c"});
  CHECK(there.servers_removed == List{"b"});
  CHECK(there.groups_added == List{"k"});
  CHECK(there.servers_changed.empty());
  CHECK(there.modes_changed.empty());
  CHECK(diff(to, from).groups_removed == List{"k"});
}

TEST_CASE("a change of a server says what must be done for it", "[config]") {
  struct Case {
    std::function<void(ServerConfig&)> change;
    ServerChange want;
  };
  const ServerChange endpoint{"a", true, false, false, false, false};
  const ServerChange tools{"a", false, true, false, false, false};
  const ServerChange searchable{"a", false, false, true, false, false};
  const ServerChange settings{"a", false, false, false, true, false};
  const Case cases[] = {
      {[](ServerConfig& s) { s.command = "d"; }, endpoint},
      {[](ServerConfig& s) { s.args = {"x"}; }, endpoint},
      {[](ServerConfig& s) { s.env["K"] = "v"; }, endpoint},
      {[](ServerConfig& s) { s.working_dir = "/w"; }, endpoint},
      {[](ServerConfig& s) { s.url = "https://u"; }, endpoint},
      {[](ServerConfig& s) { s.headers["K"] = "v"; }, endpoint},
      {[](ServerConfig& s) { s.protocol = Protocol::http; }, endpoint},
      {[](ServerConfig& s) { s.sharing = Sharing::session; }, endpoint},
      {[](ServerConfig& s) { s.protocol_era = ProtocolEra::legacy; }, endpoint},
      {[](ServerConfig& s) { s.oauth = OAuthConfig{}; }, endpoint},
      {[](ServerConfig& s) { s.isolation = IsolationConfig{}; }, endpoint},
      {[](ServerConfig& s) { s.enabled_tools.emplace(); }, tools},
      {[](ServerConfig& s) { s.disabled_tools = {"t"}; }, tools},
      {[](ServerConfig& s) { s.description = "d"; }, searchable},
      {[](ServerConfig& s) { s.tags = {"t"}; }, searchable},
      {[](ServerConfig& s) { s.groups = {"g"}; }, searchable},
      {[](ServerConfig& s) { s.connect_timeout = 1s; }, settings},
      {[](ServerConfig& s) { s.call_timeout = 1s; }, settings},
      {[](ServerConfig& s) { s.idle_timeout = 1s; }, settings},
      {[](ServerConfig& s) { s.auto_disable_threshold = 1; }, settings},
      {[](ServerConfig& s) { s.health_check_interval = 1s; }, settings},
      {[](ServerConfig& s) { s.health_check = false; }, settings},
      {[](ServerConfig& s) { s.max_concurrent_requests = 1; }, settings},
      {[](ServerConfig& s) { s.queue_size = 1; }, settings},
  };
  const Config from = sample();
  for (const Case& item : cases) {
    Config to = from;
    item.change(to.servers[0]);
    const ConfigDiff out = diff(from, to);
    CHECK(out.servers_changed == std::vector<ServerChange>{item.want});
    CHECK(out.modes_changed.empty());
  }
}

TEST_CASE("modes are compared as they take effect", "[config]") {
  const Config from = sample();
  Config held = from;
  held.groups[0].enabled = false;
  const ConfigDiff out = diff(from, held);
  CHECK(out.modes_changed ==
        std::vector<ModeChange>{{"a", StartupMode::active, StartupMode::disabled}});
  CHECK(out.groups_changed == std::vector<std::string>{"g"});
  CHECK(out.servers_changed.empty());

  Config disabled_too = held;
  disabled_too.servers[0].startup_mode = StartupMode::disabled;
  CHECK(diff(held, disabled_too).modes_changed.empty());
  CHECK(diff(held, disabled_too).servers_changed ==
        std::vector<ServerChange>{{"a", false, false, false, false, true}});

  Config lazy = from;
  lazy.enable_lazy_loading = true;
  CHECK(diff(from, lazy).modes_changed.size() == 2);
  CHECK(diff(from, lazy).settings_changed == std::vector<Setting>{Setting::enable_lazy_loading});
}

TEST_CASE("changed settings are named, and which need the daemon started anew", "[config]") {
  const Config from = sample();
  Config to = from;
  to.listen.port = 1;
  to.tools_limit = 3;
  to.environment.path = "/bin";
  const ConfigDiff out = diff(from, to);
  CHECK(out.settings_changed ==
        std::vector<Setting>{Setting::listen, Setting::tools_limit, Setting::environment});
  CHECK(needs_daemon_restart(Setting::listen));
  CHECK(needs_daemon_restart(Setting::limits));
  CHECK(!needs_daemon_restart(Setting::tools_limit));
  CHECK(!needs_daemon_restart(Setting::api_key));
  CHECK(to_string(Setting::environment) == "environment");
}

TEST_CASE("another log level is no other log", "[config]") {
  const Config from = sample();
  Config to = from;
  to.logging.level = LogLevel::debug;
  CHECK(diff(from, to).settings_changed == std::vector<Setting>{Setting::log_level});
  CHECK(!needs_daemon_restart(Setting::log_level));
  CHECK(to_string(Setting::log_level) == "logging.level");
  to.logging = from.logging;
  to.logging.filename = "other.log";
  CHECK(diff(from, to).settings_changed == std::vector<Setting>{Setting::logging});
  CHECK(needs_daemon_restart(Setting::logging));
}

}  // namespace
}  // namespace proxy::config
