#include "upstream/http/probing_transport.h"

#include <catch2/catch.hpp>

#include "upstream/http/transport_test_bench.h"

namespace upstream {
namespace {

struct Bench {
  base::SimRuntime sim;
  SimSite site;
  HttpRecorder seen;
  std::unique_ptr<ProbingTransport> transport;

  explicit Bench(std::string_view remembered = "", Ladder ladder = Ladder::whole) {
    transport = std::make_unique<ProbingTransport>(
        sim.runtime(), [this] { return std::make_unique<SimHttpClient>(site); },
        *parse_url("http://h:1/mcp"), remembered, ladder);
    transport->start(seen);
    REQUIRE(send_request(*transport, "initialize", "1"));
  }
  SimSite::Asked& post(std::string_view text) {
    SimSite::Asked* found = site.open_with(HttpMethod::post, text);
    REQUIRE(found != nullptr);
    return *found;
  }
  SimSite::Asked* stream() { return site.open_with(HttpMethod::get); }
};

TEST_CASE("an unknown server is asked in the newest way, then greeted", "[http]") {
  Bench bench;
  CHECK(bench.site.open_count() == 1);
  CHECK(bench.post("server/discover").header("MCP-Protocol-Version") == "2026-07-28");
  CHECK(bench.post("server/discover").header("Mcp-Method") == "server/discover");
  bench.site.answer(bench.post("server/discover"), 400, "no session");
  bench.site.answer(bench.post("\"initialize\""), 200, greeting_of("1"), "s");
  CHECK(bench.seen.messages.size() == 1);
  CHECK(bench.transport->detected() == "legacy/http");
  REQUIRE(send_notification(*bench.transport, "notifications/initialized"));
  bench.site.answer(bench.post("notifications/initialized"), 202);
  CHECK(bench.stream() != nullptr);
}

TEST_CASE("a server that is silent to the probe is greeted all the same", "[http]") {
  Bench bench;
  bench.sim.advance(ProbingTransport::kDiscoverPatience);
  bench.post("\"initialize\"");
  CHECK(bench.site.open_count() == 1);
}

TEST_CASE("a server that refuses POST is tried as an event stream", "[http]") {
  Bench bench;
  bench.site.answer(bench.post("server/discover"), 405);
  bench.site.answer(bench.post("\"initialize\""), 405);
  REQUIRE(bench.stream() != nullptr);
  CHECK(bench.transport->detected().empty());
  SimSite::event(*bench.stream(), "/messages", "endpoint");
  bench.site.answer(bench.post("\"initialize\""), 202);
  SimSite::event(*bench.stream(), greeting_of("1"));
  CHECK(bench.seen.messages.size() == 1);
  CHECK(bench.transport->detected() == "legacy/sse");
  bench.sim.settle();
}

TEST_CASE("what is no MCP server in any way is told by its first answer", "[http]") {
  Bench bench;
  bench.site.answer(bench.post("server/discover"), 404);
  bench.site.answer(bench.post("\"initialize\""), 404);
  bench.site.answer(*bench.stream(), 200, "<html>", "", "text/html");
  REQUIRE(bench.seen.closed);
  CHECK(bench.seen.closed->detail == 404);
  CHECK(bench.site.open_count() == 0);
}

TEST_CASE("a server of the future only is refused in plain words", "[http]") {
  Bench bench;
  bench.site.answer(
      bench.post("server/discover"), 200,
      R"({"jsonrpc":"2.0","id":"mcptrunk-discover","result":{"supportedVersions":["2026-07-28"]}})");
  REQUIRE(bench.seen.closed);
  CHECK(bench.seen.closed->kind == FailureKind::protocol_error);
  CHECK(bench.seen.closed->message.find("2026-07-28") != std::string::npos);
}

TEST_CASE("no verdict is a failure as it is", "[http]") {
  for (const auto& [status, kind] :
       {std::pair{401, FailureKind::auth_required}, std::pair{503, FailureKind::http_status}}) {
    Bench bench;
    bench.site.answer(bench.post("server/discover"), status);
    REQUIRE(bench.seen.closed);
    CHECK(bench.seen.closed->kind == kind);
  }
  Bench bench;
  bench.site.fault(bench.post("server/discover"), HttpFault::unresolved);
  REQUIRE(bench.seen.closed);
  CHECK(bench.seen.closed->kind == FailureKind::network);
}

TEST_CASE("what is remembered is tried first, and given up when it is wrong", "[http]") {
  Bench right("legacy/sse");
  CHECK(right.stream() != nullptr);
  CHECK(right.site.open_count() == 1);
  Bench wrong("legacy/sse");
  wrong.site.answer(*wrong.stream(), 405);
  wrong.site.answer(wrong.post("server/discover"), 404);
  wrong.site.answer(wrong.post("\"initialize\""), 200, greeting_of("1"), "s");
  CHECK(wrong.transport->detected() == "legacy/http");
  CHECK_FALSE(wrong.seen.closed);
  Bench down("legacy/http");
  down.site.fault(down.post("\"initialize\""), HttpFault::refused);
  CHECK(down.seen.closed);
  wrong.sim.settle();
}

TEST_CASE("a server of a named revision is greeted at once, in every kind of transport", "[http]") {
  Bench fresh("", Ladder::legacy);
  CHECK(fresh.site.open_count() == 1);
  fresh.site.answer(fresh.post("\"initialize\""), 405);
  CHECK(fresh.stream() != nullptr);
  Bench known("legacy/http", Ladder::legacy);
  known.site.answer(known.post("\"initialize\""), 405);
  CHECK(known.stream() != nullptr);
  Bench moved("legacy/sse", Ladder::legacy);
  moved.site.answer(*moved.stream(), 405);
  moved.site.answer(moved.post("\"initialize\""), 200, greeting_of("1"), "s");
  CHECK(moved.transport->detected() == "legacy/http");
  for (Bench* bench : {&fresh, &known, &moved}) bench->sim.settle();
}

TEST_CASE("it can be closed on every rung", "[http]") {
  Bench bench;
  SECTION("at the probe") {}
  SECTION("at the greeting") {
    bench.site.answer(bench.post("server/discover"), 404);
  }
  SECTION("at the stream") {
    bench.site.answer(bench.post("server/discover"), 404);
    bench.site.answer(bench.post("\"initialize\""), 404);
  }
  bench.transport->close();
  CHECK_FALSE(bench.seen.closed);
  bench.sim.settle();
  CHECK(bench.seen.closed);
  CHECK(bench.site.open_count() == 0);
}

}  // namespace
}  // namespace upstream
