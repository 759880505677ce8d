#include "proxy/config/groups.h"

#include <catch2/catch.hpp>

#include "proxy/config/parser.h"

namespace proxy::config {
namespace {

Config sample() {
  ParseOutcome outcome = parse(R"({
    "groups": [{"name": "top"}, {"name": "mid", "parent": "top"}, {"name": "low", "parent": "mid"},
               {"name": "side"}],
    "mcpServers": {
      "in-two": {"command": "c", "groups": ["low", "side"]},
      "lazy": {"command": "c", "groups": ["mid"], "startup_mode": "lazy_loading"},
      "off": {"command": "c", "groups": ["mid"], "startup_mode": "disabled"},
      "unsafe": {"command": "c", "groups": ["low"], "startup_mode": "quarantined"},
      "free": {"command": "c"}}})");
  REQUIRE(outcome.config);
  return std::move(*outcome.config);
}

void set_enabled(Config& config, std::string_view name, bool enabled) {
  for (GroupConfig& group : config.groups) {
    if (group.name == name) group.enabled = enabled;
  }
}

TEST_CASE("a disabled ancestor holds what stands below it, and nothing else", "[config]") {
  Config config = sample();
  set_enabled(config, "top", false);
  using List = std::vector<std::string>;
  CHECK(effective_modes(config) ==
        std::vector<EffectiveMode>{{"in-two", StartupMode::disabled, {"top"}},
                                   {"lazy", StartupMode::disabled, {"top"}},
                                   {"off", StartupMode::disabled, {"top"}},
                                   {"unsafe", StartupMode::quarantined, {"top"}},
                                   {"free", StartupMode::active, List{}}});
}

TEST_CASE("a server in two groups runs only when neither is disabled", "[config]") {
  Config config = sample();
  set_enabled(config, "low", false);
  set_enabled(config, "side", false);
  const ServerConfig& server = config.servers[0];
  CHECK(effective_mode(config, server).held_by == std::vector<std::string>{"low", "side"});
  set_enabled(config, "low", true);
  CHECK(effective_mode(config, server) == EffectiveMode{"in-two", StartupMode::disabled, {"side"}});
  set_enabled(config, "side", true);
  CHECK(effective_mode(config, server) == EffectiveMode{"in-two", StartupMode::active, {}});
}

TEST_CASE("enabling a group again restores exactly what was", "[config]") {
  Config config = sample();
  const std::vector<EffectiveMode> before = effective_modes(config);
  CHECK(before[1].mode == StartupMode::lazy_loading);
  CHECK(before[2].mode == StartupMode::disabled);
  CHECK(before[3].mode == StartupMode::quarantined);
  set_enabled(config, "mid", false);
  CHECK(effective_modes(config) != before);
  set_enabled(config, "mid", true);
  CHECK(effective_modes(config) == before);
}

TEST_CASE("lazy loading turns active into lazy, and touches no other mode", "[config]") {
  Config config = sample();
  config.enable_lazy_loading = true;
  std::vector<StartupMode> modes;
  for (const EffectiveMode& item : effective_modes(config)) modes.push_back(item.mode);
  CHECK(modes == std::vector<StartupMode>{StartupMode::lazy_loading, StartupMode::lazy_loading,
                                          StartupMode::disabled, StartupMode::quarantined,
                                          StartupMode::lazy_loading});
}

TEST_CASE("members are those of the group, or of all below it", "[config]") {
  const Config config = sample();
  using List = std::vector<std::string>;
  CHECK(members_of(config, "mid", Reach::direct) == List{"lazy", "off"});
  CHECK(members_of(config, "top", Reach::direct).empty());
  CHECK(members_of(config, "top", Reach::with_subgroups) ==
        List{"in-two", "lazy", "off", "unsafe"});
  CHECK(members_of(config, "none", Reach::with_subgroups).empty());
  CHECK(ancestors_of(config, "low") == List{"mid", "top"});
}

TEST_CASE("a group is held by itself and by whatever is disabled above it", "[config]") {
  Config config = sample();
  CHECK(holders_of(config, "low").empty());
  set_enabled(config, "top", false);
  CHECK(holders_of(config, "low") == std::vector<std::string>{"top"});
  set_enabled(config, "low", false);
  CHECK(holders_of(config, "low") == std::vector<std::string>{"low", "top"});
  CHECK(holders_of(config, "side").empty());
}

}  // namespace
}  // namespace proxy::config
