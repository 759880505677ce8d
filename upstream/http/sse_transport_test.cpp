#include "upstream/http/sse_transport.h"

#include <catch2/catch.hpp>

#include "upstream/http/transport_test_bench.h"

namespace upstream {
namespace {

struct Bench {
  base::SimRuntime sim;
  SimSite site;
  HttpRecorder seen;
  std::unique_ptr<SseTransport> transport = std::make_unique<SseTransport>(
      sim.runtime(), std::make_unique<SimHttpClient>(site), *parse_url("http://h:1/x/sse"));

  Bench() { transport->start(seen); }
  SimSite::Asked& stream() {
    SimSite::Asked* found = site.open_with(HttpMethod::get);
    REQUIRE(found != nullptr);
    return *found;
  }
  SimSite::Asked& post(std::string_view text) {
    SimSite::Asked* found = site.open_with(HttpMethod::post, text);
    REQUIRE(found != nullptr);
    return *found;
  }
  void open(std::string_view endpoint = "/messages?s=1") {
    SimSite::head(stream());
    SimSite::event(stream(), std::string(endpoint), "endpoint");
  }
};

TEST_CASE("messages go to the endpoint the stream names, answers come on the stream", "[http]") {
  Bench bench;
  CHECK(bench.stream().request.target == "/x/sse");
  CHECK(bench.stream().request.lane == HttpLane::stream);
  REQUIRE(send_request(*bench.transport, "initialize", "1"));
  CHECK(bench.site.open_with(HttpMethod::post) == nullptr);
  bench.open("messages?s=1");
  CHECK(bench.post("initialize").request.target == "/x/messages?s=1");
  bench.site.answer(bench.post("initialize"), 202);
  SimSite::event(bench.stream(), greeting_of("1"));
  CHECK(bench.seen.messages == std::vector<std::string>{greeting_of("1")});
  REQUIRE(send_notification(*bench.transport, "notifications/initialized"));
  CHECK(bench.post("notifications/initialized").request.lane == HttpLane::control);
}

TEST_CASE("an endpoint elsewhere is refused", "[http]") {
  for (const std::string_view endpoint :
       {"https://h:1/m", "http://evil/m", "//evil:1/m", "ftp://h:1/m"}) {
    Bench bench;
    bench.open(endpoint);
    REQUIRE(bench.seen.closed);
    CHECK(bench.seen.closed->kind == FailureKind::protocol_error);
  }
}

TEST_CASE("without a stream there is no connection", "[http]") {
  for (const auto& [status, kind] :
       {std::pair{404, FailureKind::http_status}, std::pair{401, FailureKind::auth_required},
        std::pair{200, FailureKind::protocol_error}, std::pair{503, FailureKind::http_status}}) {
    Bench bench;
    REQUIRE(send_request(*bench.transport, "initialize", "1"));
    bench.site.answer(bench.stream(), status, "<html>", "", "text/html");
    REQUIRE(bench.seen.closed);
    CHECK(bench.seen.closed->kind == kind);
  }
}

TEST_CASE("the end of the stream is the end of the connection", "[http]") {
  Bench bench;
  bench.open();
  bench.site.end_stream(bench.stream(), false);
  REQUIRE(bench.seen.closed);
  CHECK(bench.seen.closed->kind == FailureKind::network);
  CHECK_FALSE(send_request(*bench.transport, "ping", "2"));
}

TEST_CASE("a message that cannot be posted fails alone, unless the session is gone", "[http]") {
  Bench bench;
  bench.open();
  for (const char* id : {"2", "3"}) REQUIRE(send_request(*bench.transport, "tools/call", id));
  bench.site.answer(bench.post("\"id\":2"), 500);
  REQUIRE(bench.seen.failed.size() == 1);
  CHECK(bench.seen.failed[0].first == "2");
  CHECK_FALSE(bench.seen.closed);
  bench.site.answer(bench.post("\"id\":3"), 404);
  CHECK(bench.seen.closed);
}

TEST_CASE("an event over the limit fails its call", "[http]") {
  Bench bench;
  bench.open();
  bench.stream().listener->on_event({"message", "7", "", /*oversized=*/true});
  CHECK(bench.seen.oversized == std::vector<std::string>{"7"});
}

TEST_CASE("a stream is followed to where it moved", "[http]") {
  Bench bench;
  HttpEnd end;
  end.head.status = 307;
  end.head.location = "/y/sse";
  bench.site.end(bench.stream(), std::move(end));
  CHECK(bench.stream().request.target == "/y/sse");
}

TEST_CASE("closing ends the stream and is told at the end of the turn", "[http]") {
  Bench bench;
  bench.open();
  bench.transport->close();
  CHECK(bench.site.open_count() == 0);
  CHECK_FALSE(bench.seen.closed);
  bench.sim.settle();
  CHECK(bench.seen.closed);
}

TEST_CASE("a request that was not posted yet is cancelled without a word", "[http]") {
  Bench bench;
  REQUIRE(send_request(*bench.transport, "tools/call", "2"));
  REQUIRE(send_notification(*bench.transport, "notifications/cancelled", "2"));
  bench.open();
  CHECK(bench.site.open_with(HttpMethod::post) == nullptr);
}

}  // namespace
}  // namespace upstream
