#include "proxy/daemon/server_warnings.h"

#include <catch2/catch.hpp>

namespace proxy::daemon {
namespace {

TEST_CASE("a server that does its work has no warnings", "[daemon]") {
  upstream::UpstreamView view;
  view.counters.stderr_dropped_bytes = 1000;
  view.counters.late_answers = 5;
  const upstream::FailedCall lost{{base::ErrorCode::connection_lost, "it ended", ""}, {}};
  view.failed_call = &lost;
  CHECK(warnings_of(view).empty());
}

TEST_CASE("what kept a server from working before it got ready is no warning", "[daemon]") {
  using base::ErrorCode;
  using base::WallTime;
  upstream::UpstreamView view;
  view.state = upstream::State::ready;
  view.since = WallTime{std::chrono::seconds(10)};
  upstream::FailedCall failed{{ErrorCode::deadline_exceeded, "no answer", "wait"},
                              WallTime{std::chrono::seconds(9)}};
  view.failed_call = &failed;
  CHECK(warnings_of(view).empty());
  failed.at = WallTime{std::chrono::seconds(11)};
  CHECK(warnings_of(view).size() == 1);
  view.state = upstream::State::idle;
  failed.error.code = ErrorCode::server_quarantined;
  CHECK(warnings_of(view).empty());
}

TEST_CASE("each thing that is wrong is named with its code and remedy", "[daemon]") {
  upstream::UpstreamView view;
  const upstream::FailedCall failed{{base::ErrorCode::deadline_exceeded, "no answer", "wait"}, {}};
  view.failed_call = &failed;
  view.counters.garbage_lines = 1;
  view.first_garbage = "hello";
  view.counters.stderr_dropped_bytes = 5 * 1024 * 1024;
  view.lists_cut = true;
  const auto warnings = warnings_of(view);
  REQUIRE(warnings.size() == 4);
  CHECK(warnings[0].code == base::ErrorCode::deadline_exceeded);
  CHECK(warnings[0].message == "the last call failed: no answer");
  CHECK(warnings[0].remedy == "wait");
  CHECK(warnings[1].message ==
        "1 line of its standard output are no MCP messages and were dropped; the first: "
        "\"hello\"");
  CHECK(warnings[2].message ==
        "it lists more than is kept, and what goes beyond was left out: at most 10,000 items, 256 "
        "pages and 32 MiB");
  CHECK(warnings[3].message == "it floods stderr: 5 MiB were not kept in its log");
  for (const rest::Warning& warning : warnings) CHECK_FALSE(warning.remedy.empty());
}

}  // namespace
}  // namespace proxy::daemon
