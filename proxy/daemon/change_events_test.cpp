#include "proxy/daemon/change_events.h"

#include <catch2/catch.hpp>

#include "proxy/config/parser.h"

namespace proxy::daemon {
namespace {

using events::Change;

std::vector<events::Event> events_between(std::string_view before, std::string_view after) {
  auto from = config::parse(before);
  auto to = config::parse(after);
  REQUIRE(from.config);
  REQUIRE(to.config);
  return change_events(config::diff(*from.config, *to.config), *from.config, *to.config);
}

TEST_CASE("a server that is gone is told with the groups it was in", "[daemon]") {
  const auto told = events_between(
      R"({"groups":[{"name":"dev"}],"mcpServers":[{"name":"a","command":"x","groups":["dev"]}]})",
      R"({"groups":[{"name":"dev"}],"mcpServers":[]})");
  REQUIRE(told.size() == 1);
  const auto& event = std::get<events::ServerConfigChanged>(told[0]);
  CHECK(event.server == "a");
  CHECK(event.change == Change::removed);
  CHECK(event.groups == std::vector<std::string>{"dev"});
}

TEST_CASE("servers are told before groups, each with what became of it", "[daemon]") {
  const auto told =
      events_between(R"({"groups":[{"name":"old"}],"mcpServers":[{"name":"a","command":"x"}]})",
                     R"({"groups":[{"name":"new"}],
          "mcpServers":[{"name":"a","command":"y"},{"name":"b","command":"x","groups":["new"]}]})");
  REQUIRE(told.size() == 4);
  CHECK(std::get<events::ServerConfigChanged>(told[0]).server == "b");
  CHECK(std::get<events::ServerConfigChanged>(told[0]).change == Change::added);
  CHECK(std::get<events::ServerConfigChanged>(told[1]).change == Change::changed);
  CHECK(std::get<events::GroupChanged>(told[2]).group == "new");
  CHECK(std::get<events::GroupChanged>(told[2]).change == Change::added);
  CHECK(std::get<events::GroupChanged>(told[3]).group == "old");
  CHECK(std::get<events::GroupChanged>(told[3]).change == Change::removed);
}

TEST_CASE("a group counts the servers whose mode it changed, those of its subgroups too",
          "[daemon]") {
  const auto config = [](const char* outer, const char* other) {
    return std::string(R"({"groups":[{"name":"outer","enabled":)") + outer +
           R"(},{"name":"inner","parent":"outer"},{"name":"other","enabled":)" + other +
           R"(}],"mcpServers":[{"name":"a","command":"x","groups":["inner"]},
             {"name":"b","command":"x","groups":["outer"]},
             {"name":"c","command":"x","groups":["other"]},
             {"name":"off","command":"x","groups":["outer"],"startup_mode":"disabled"}]})";
  };
  const auto told = events_between(config("true", "true"), config("false", "false"));
  REQUIRE(told.size() == 2);
  const auto& outer = std::get<events::GroupChanged>(told[0]);
  CHECK(outer.group == "outer");
  CHECK(!outer.enabled);
  CHECK(outer.servers_updated == 2);
  const auto& other = std::get<events::GroupChanged>(told[1]);
  CHECK(other.group == "other");
  CHECK(other.servers_updated == 1);
}

}  // namespace
}  // namespace proxy::daemon
