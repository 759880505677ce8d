#include "upstream/http/streamable_transport.h"

#include <catch2/catch.hpp>

#include "upstream/http/transport_test_bench.h"

namespace upstream {
namespace {

using namespace std::chrono_literals;

// A transport to a scripted site, before its handshake.
struct Bench {
  base::SimRuntime sim;
  SimSite site;
  HttpRecorder seen;
  std::unique_ptr<StreamableTransport> transport = std::make_unique<StreamableTransport>(
      sim.runtime(), std::make_unique<SimHttpClient>(site), *parse_url("http://h:1/mcp"));

  Bench() { transport->start(seen); }

  SimSite::Asked& post(std::string_view text) {
    SimSite::Asked* found = site.open_with(HttpMethod::post, text);
    REQUIRE(found != nullptr);
    return *found;
  }
  SimSite::Asked* stream() { return site.open_with(HttpMethod::get); }
  bool call(std::string_view id) { return send_request(*transport, "tools/call", id); }

  void greet(std::string session = "s1", std::string_view version = "2025-11-25") {
    REQUIRE(send_request(*transport, "initialize", "1"));
    site.answer(post("\"initialize\""), 200, greeting_of("1", version), std::move(session));
    REQUIRE(send_notification(*transport, "notifications/initialized"));
  }
  void open(std::string session = "s1") {
    greet(std::move(session));
    site.answer(post("notifications/initialized"), 202);
    seen.messages.clear();
  }
};

TEST_CASE("the handshake opens a session, and then the stream", "[http]") {
  Bench bench;
  REQUIRE(send_request(*bench.transport, "initialize", "1"));
  const SimSite::Asked& first = bench.post("\"initialize\"");
  CHECK(first.request.target == "/mcp");
  CHECK(first.header("Accept") == "application/json, text/event-stream");
  CHECK(first.header("Content-Type") == "application/json");
  CHECK(first.header("Mcp-Session-Id").empty());
  CHECK(first.header("MCP-Protocol-Version").empty());
  bench.site.answer(bench.post("\"initialize\""), 200, greeting_of("1"), "s1");
  CHECK(bench.seen.messages.size() == 1);
  REQUIRE(send_notification(*bench.transport, "notifications/initialized"));
  REQUIRE(bench.call("2"));
  CHECK(bench.site.open_with(HttpMethod::post, "tools/call") == nullptr);  // not before its time
  CHECK(bench.stream() == nullptr);
  const SimSite::Asked& second = bench.post("notifications/initialized");
  CHECK(second.header("Mcp-Session-Id") == "s1");
  CHECK(second.header("MCP-Protocol-Version") == "2025-11-25");
  CHECK(second.request.lane == HttpLane::control);
  bench.site.answer(bench.post("notifications/initialized"), 202);
  REQUIRE(bench.stream() != nullptr);
  CHECK(bench.stream()->request.lane == HttpLane::stream);
  CHECK(bench.stream()->header("Mcp-Session-Id") == "s1");
  CHECK(bench.post("tools/call").request.lane == HttpLane::call);
  bench.site.answer(bench.post("tools/call"), 200, result_of("2"));
  CHECK(bench.seen.messages.back() == result_of("2"));
}

TEST_CASE("revisions without the version header send none", "[http]") {
  Bench bench;
  bench.greet("", "2025-03-26");
  CHECK(bench.post("notifications/initialized").header("MCP-Protocol-Version").empty());
  CHECK(bench.post("notifications/initialized").header("Mcp-Session-Id").empty());
}

TEST_CASE("an answer may come as a stream, with messages before it", "[http]") {
  Bench bench;
  bench.open();
  REQUIRE(bench.call("2"));
  SimSite::Asked& call = bench.post("tools/call");
  SimSite::head(call);
  SimSite::event(call, R"({"jsonrpc":"2.0","method":"notifications/progress"})");
  SimSite::event(call, "{}", "other");
  SimSite::event(call, result_of("2"));
  bench.site.end_stream(call, /*answered=*/true);
  CHECK(bench.seen.messages.size() == 2);
  CHECK(bench.seen.related_to == std::vector<std::string>{"2", "2"});
  CHECK(bench.seen.failed.empty());
}

TEST_CASE("a fault before the session is open ends the connection as what it is", "[http]") {
  struct Row {
    int status;
    HttpFault fault;
    FailureKind kind;
  };
  for (const Row& row : {Row{0, HttpFault::refused, FailureKind::network},
                         Row{0, HttpFault::unresolved, FailureKind::network},
                         Row{0, HttpFault::connect_timeout, FailureKind::connect_timeout},
                         Row{0, HttpFault::tls, FailureKind::network},
                         Row{200, HttpFault::too_large, FailureKind::network},
                         Row{401, HttpFault::none, FailureKind::auth_required},
                         Row{404, HttpFault::none, FailureKind::http_status},
                         Row{500, HttpFault::none, FailureKind::http_status},
                         Row{503, HttpFault::none, FailureKind::http_status},
                         Row{200, HttpFault::none, FailureKind::protocol_error}}) {
    Bench bench;
    REQUIRE(send_request(*bench.transport, "initialize", "1"));
    HttpEnd end;
    end.fault = row.fault;
    end.head.status = row.status;
    end.head.retry_after = "30";
    bench.site.end(bench.post("initialize"), std::move(end));
    REQUIRE(bench.seen.closed);
    CHECK(bench.seen.closed->kind == row.kind);
    CHECK_FALSE(bench.seen.closed->message.empty());
    CHECK_FALSE(bench.seen.closed->remedy.empty());
    CHECK((bench.seen.closed->retry_after == base::Duration(30s)) == (row.status == 503));
    CHECK_FALSE(bench.call("2"));
  }
}

TEST_CASE("a call fails alone", "[http]") {
  Bench bench;
  bench.open();
  for (const char* id : {"2", "3", "4", "5"}) REQUIRE(bench.call(id));
  bench.site.answer(bench.post("\"id\":2"), 500, "boom", "", "text/plain");
  bench.site.fault(bench.post("\"id\":3"), HttpFault::cut);
  bench.site.fault(bench.post("\"id\":4"), HttpFault::too_large);
  bench.site.answer(bench.post("\"id\":5"), 400,
                    R"({"jsonrpc":"2.0","id":5,"error":{"code":-32602,"message":"no"}})");
  REQUIRE(bench.seen.failed.size() == 2);
  CHECK(bench.seen.failed[0].first == "2");
  CHECK(bench.seen.failed[0].second.message.find("boom") != std::string::npos);
  CHECK(bench.seen.failed[1].second.kind == FailureKind::network);
  CHECK(bench.seen.oversized == std::vector<std::string>{"4"});
  CHECK(bench.seen.messages.size() == 1);
  CHECK_FALSE(bench.seen.closed);
}

TEST_CASE("the connection ends when none comes about, or a login is asked for", "[http]") {
  for (const bool login : {true, false}) {
    Bench bench;
    bench.open();
    REQUIRE(bench.call("2"));
    if (login) {
      bench.site.answer(bench.post("tools/call"), 401);
    } else {
      bench.site.fault(bench.post("tools/call"), HttpFault::refused);
    }
    REQUIRE(bench.seen.closed);
    CHECK(bench.seen.closed->kind == (login ? FailureKind::auth_required : FailureKind::network));
    CHECK(bench.site.open_count() == 0);
  }
}

TEST_CASE("a lost session is opened again, and what was refused is sent again", "[http]") {
  Bench bench;
  bench.open("s1");
  REQUIRE(bench.call("2"));
  REQUIRE(bench.call("3"));
  bench.site.answer(bench.post("\"id\":2"), 404);
  CHECK(bench.stream() == nullptr);
  REQUIRE(bench.call("4"));
  CHECK(bench.site.open_with(HttpMethod::post, "\"id\":4") == nullptr);
  CHECK(bench.post("\"initialize\"").header("Mcp-Session-Id").empty());
  bench.site.answer(bench.post("\"initialize\""), 200, greeting_of("1"), "s2");
  CHECK(bench.seen.messages.empty());              // the session's own handshake was over long ago
  bench.site.answer(bench.post("\"id\":3"), 404);  // also of the first session
  CHECK(bench.post("notifications/initialized").header("Mcp-Session-Id") == "s2");
  bench.site.answer(bench.post("notifications/initialized"), 202);
  CHECK(bench.seen.renewals == 1);
  REQUIRE(bench.stream() != nullptr);
  for (const char* id : {"2", "3", "4"}) {
    SimSite::Asked& call = bench.post(std::string("\"id\":") + id);
    CHECK(call.header("Mcp-Session-Id") == "s2");
    bench.site.answer(call, 200, result_of(id));
  }
  CHECK(bench.seen.messages.size() == 3);
  CHECK(bench.seen.failed.empty());
}

TEST_CASE("a session that is lost again at once ends the connection", "[http]") {
  Bench bench;
  bench.open("s1");
  REQUIRE(bench.call("2"));
  bench.site.answer(bench.post("\"id\":2"), 404);
  bench.site.answer(bench.post("\"initialize\""), 200, greeting_of("1"), "s2");
  bench.site.answer(bench.post("notifications/initialized"), 202);
  bench.site.answer(bench.post("\"id\":2"), 404);
  REQUIRE(bench.seen.closed);
  CHECK(bench.seen.closed->kind == FailureKind::http_status);
  CHECK(bench.seen.closed->detail == 404);
}

TEST_CASE("a server that changed its revision is started anew", "[http]") {
  Bench bench;
  bench.open("s1");
  REQUIRE(bench.call("2"));
  bench.site.answer(bench.post("\"id\":2"), 404);
  bench.site.answer(bench.post("\"initialize\""), 200, greeting_of("1", "2025-06-18"), "s2");
  REQUIRE(bench.seen.closed);
  CHECK(bench.seen.closed->kind == FailureKind::protocol_error);
}

TEST_CASE("a busy server is left alone for as long as it asks", "[http]") {
  Bench bench;
  bench.open();
  REQUIRE(bench.call("2"));
  HttpEnd end;
  end.head.status = 429;
  end.head.retry_after = "10";
  bench.site.end(bench.post("tools/call"), std::move(end));
  CHECK(bench.seen.failed.size() == 1);
  const std::size_t asked = bench.site.asked.size();
  REQUIRE(bench.call("3"));
  CHECK(bench.seen.failed.size() == 1);
  bench.sim.settle();
  CHECK(bench.seen.failed.size() == 2);
  CHECK(bench.site.asked.size() == asked);
  bench.sim.advance(10s);
  REQUIRE(bench.call("4"));
  bench.post("\"id\":4");
}

TEST_CASE("a stream that broke off before the answer is taken up again", "[http]") {
  Bench bench;
  bench.open();
  bench.site.answer(*bench.stream(), 405);
  REQUIRE(bench.call("2"));
  SimSite::Asked& call = bench.post("tools/call");
  SimSite::head(call);
  bench.site.end_stream(call, /*answered=*/false, "e-7", 300ms);
  CHECK(bench.stream() == nullptr);
  bench.sim.advance(299ms);
  CHECK(bench.stream() == nullptr);
  bench.sim.advance(1ms);
  REQUIRE(bench.stream() != nullptr);
  CHECK(bench.stream()->header("Last-Event-ID") == "e-7");
  CHECK(bench.stream()->request.lane == HttpLane::call);
  SimSite::Asked& resumed = *bench.stream();
  SimSite::event(resumed, result_of("2"));
  bench.site.end_stream(resumed, /*answered=*/true);
  CHECK(bench.seen.messages == std::vector<std::string>{result_of("2")});
  CHECK(bench.seen.failed.empty());
}

TEST_CASE("taking up a stream in vain comes to an end", "[http]") {
  Bench bench;
  bench.open();
  bench.site.answer(*bench.stream(), 405);
  REQUIRE(bench.call("2"));
  bench.site.end_stream(bench.post("tools/call"), false, "e-7", 10ms);
  int attempts = 0;
  while (bench.seen.failed.empty() && attempts < 20) {
    bench.sim.advance(5min);
    if (bench.stream() == nullptr) break;
    ++attempts;
    bench.site.end_stream(*bench.stream(), false, "e-7");
  }
  CHECK(bench.seen.failed.size() == 1);
  CHECK(attempts < 20);
}

TEST_CASE("the stream is opened again from its last event on", "[http]") {
  Bench bench;
  bench.open();
  SimSite::Asked& first = *bench.stream();
  SimSite::event(first, R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
  CHECK(bench.seen.messages.size() == 1);
  bench.site.end_stream(first, false, "s-3");
  bench.sim.advance(1s);
  REQUIRE(bench.stream() != nullptr);
  CHECK(bench.stream()->header("Last-Event-ID") == "s-3");
  bench.site.fault(*bench.stream(), HttpFault::cut);
  bench.sim.advance(5s);
  REQUIRE(bench.stream() != nullptr);
  CHECK(bench.stream()->header("Last-Event-ID") == "s-3");
  CHECK_FALSE(bench.seen.closed);
  bench.site.fault(*bench.stream(), HttpFault::refused);
  REQUIRE(bench.seen.closed);
  CHECK(bench.seen.closed->kind == FailureKind::network);
}

TEST_CASE("a server without a stream is not asked for it again", "[http]") {
  for (const int status : {200, 400, 404, 405, 501}) {
    Bench bench;
    bench.open("");
    bench.site.answer(*bench.stream(), status);
    bench.sim.advance(24h);
    CHECK(bench.stream() == nullptr);
    CHECK_FALSE(bench.seen.closed);
  }
}

TEST_CASE("a lost session shows on the stream too", "[http]") {
  Bench bench;
  bench.open("s1");
  bench.site.answer(*bench.stream(), 404);
  CHECK(bench.post("\"initialize\"").header("Mcp-Session-Id").empty());
}

TEST_CASE("a cancelled call lets go of its thread; one that waits is never sent", "[http]") {
  Bench bench;
  bench.greet();
  REQUIRE(bench.call("2"));
  REQUIRE(send_notification(*bench.transport, "notifications/cancelled", "2"));
  bench.site.answer(bench.post("notifications/initialized"), 202);
  CHECK(bench.site.open_with(HttpMethod::post, "tools/call") == nullptr);
  CHECK(bench.site.open_with(HttpMethod::post, "notifications/cancelled") == nullptr);
  REQUIRE(bench.call("3"));
  bench.post("\"id\":3");
  REQUIRE(send_notification(*bench.transport, "notifications/cancelled", "3"));
  CHECK(bench.site.open_with(HttpMethod::post, "\"id\":3") == nullptr);
  CHECK(bench.post("notifications/cancelled").request.lane == HttpLane::control);
}

TEST_CASE("no exchange waits for ever", "[http]") {
  Bench bench;
  bench.open();
  REQUIRE(send_request(*bench.transport, "tools/call", "2", bench.sim.clock().now() + 20s));
  REQUIRE(send_request(*bench.transport, "tools/list", "3"));
  REQUIRE(send_request(*bench.transport, "ping", "4"));
  CHECK(bench.post("\"ping\"").request.lane == HttpLane::control);
  bench.sim.advance(20s);
  CHECK(bench.seen.failed.empty());
  bench.sim.advance(1s);
  CHECK(bench.seen.failed.size() == 1);
  bench.sim.advance(9s);
  CHECK(bench.seen.failed.size() == 2);
  bench.sim.advance(10min);
  CHECK(bench.seen.failed.size() == 3);
  CHECK(bench.site.open_count() == 1);  // the stream
}

TEST_CASE("redirects at the same origin are followed", "[http]") {
  Bench bench;
  bench.open();
  REQUIRE(bench.call("2"));
  HttpEnd end;
  end.head.status = 307;
  end.head.location = "/mcp/";
  bench.site.end(bench.post("tools/call"), end);
  CHECK(bench.post("tools/call").request.target == "/mcp/");
  CHECK(bench.post("tools/call").header("Mcp-Session-Id") == "s1");
  end.head.status = 308;
  end.head.location = "/new";
  bench.site.end(bench.post("tools/call"), end);
  bench.site.answer(bench.post("tools/call"), 200, result_of("2"));
  REQUIRE(bench.call("3"));
  CHECK(bench.post("tools/call").request.target == "/new");  // it moved for good
  for (int i = 0; i < 10 && bench.seen.failed.empty(); ++i) {
    bench.site.end(bench.post("tools/call"), end);
  }
  CHECK(bench.seen.failed.size() == 1);
  CHECK_FALSE(bench.seen.closed);
}

TEST_CASE("closing deletes the session and ends what is under way", "[http]") {
  Bench bench;
  bench.open();
  REQUIRE(bench.call("2"));
  bench.transport->close();
  CHECK_FALSE(bench.call("3"));
  REQUIRE(bench.site.open_count() == 1);
  CHECK(bench.site.last_open().request.method == HttpMethod::delete_);
  CHECK(bench.site.last_open().header("Mcp-Session-Id") == "s1");
  CHECK(bench.site.last_open().header("MCP-Protocol-Version") == "2025-11-25");
  CHECK_FALSE(bench.seen.closed);
  SECTION("and the server answers") {
    bench.site.answer(bench.site.last_open(), 405);
  }
  SECTION("and the server does not") {
    bench.sim.advance(2s);
  }
  CHECK(bench.seen.closed);
  CHECK(bench.site.open_count() == 0);
}

TEST_CASE("closing without a session is over at the end of the turn", "[http]") {
  Bench bench;
  bench.transport->close();
  CHECK_FALSE(bench.seen.closed);
  bench.sim.settle();
  CHECK(bench.seen.closed);
}

TEST_CASE("the listener may destroy the transport in any call", "[http]") {
  Bench bench;
  bench.open();
  REQUIRE(bench.call("2"));
  bench.seen.when_message = [&](std::string_view) { bench.transport.reset(); };
  SECTION("with an answer") {
    bench.site.answer(bench.post("tools/call"), 200, result_of("2"));
  }
  SECTION("with an event") {
    SimSite::event(bench.post("tools/call"), result_of("2"));
  }
  SECTION("with an event of the stream") {
    SimSite::event(*bench.stream(), "{}");
  }
  CHECK(bench.transport == nullptr);
  CHECK(bench.site.open_count() == 0);
  CHECK_FALSE(bench.site.client_lives);
  bench.sim.settle();
}

TEST_CASE("what waits unanswered is bounded", "[http]") {
  Bench bench;
  bench.open();
  const std::string large(20UL * 1024 * 1024, 'x');
  CHECK(bench.transport->send({large, OutgoingKind::request, "tools/call", {}, "2", {}}));
  CHECK_FALSE(bench.transport->send({large, OutgoingKind::request, "tools/call", {}, "3", {}}));
  bench.site.answer(bench.post("xxx"), 500);
  CHECK(bench.transport->send({large, OutgoingKind::request, "tools/call", {}, "4", {}}));
}

}  // namespace
}  // namespace upstream
