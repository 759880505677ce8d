#include "proxy/events/event_json.h"

#include <rapidjson/document.h>

#include <catch2/catch.hpp>

namespace proxy::events {
namespace {

TEST_CASE("an event reads as one line of JSON with id, type and time") {
  const base::WallTime at{std::chrono::milliseconds(1'795'232'446'123)};
  CHECK(
      to_json({3, 17}, at,
              ServerStateChanged{"git \"hub\"", {"dev"}, "connecting", "backoff", "line\nbreak"}) ==
      R"({"id":"3-17","type":"server_state_changed","time":"2026-11-21T03:40:46.123Z",)"
      R"("server":"git \"hub\"","groups":["dev"],"from":"connecting","to":"backoff",)"
      R"("reason":"line\nbreak"})");
}

TEST_CASE("every kind of event is valid JSON and names its type") {
  const std::vector<Event> all{ServerStateChanged{}, ServerConfigChanged{}, ServerAutoDisabled{},
                               GroupChanged{},       CatalogChanged{},      ConfigReloaded{},
                               ConfigRejected{},     CascadeGuard{},        StoreStateChanged{},
                               DaemonStateChanged{}};
  REQUIRE(all.size() == kEventTypeCount);
  for (const Event& event : all) {
    rapidjson::Document read;
    read.Parse(to_json({1, 1}, {}, event));
    REQUIRE_FALSE(read.HasParseError());
    const std::string type = read["type"].GetString();
    CHECK(event_type_from(type) == type_of(event));
  }
  CHECK_FALSE(event_type_from("server_state"));
}

}  // namespace
}  // namespace proxy::events
