#include "e2e/bench/load.h"

#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "base/loop.h"
#include "base/mailbox.h"
#include "e2e/bench/call_text.h"
#include "e2e/bench/event_reader.h"
#include "e2e/bench/response_reader.h"
#include "proxy/http/server.h"

namespace bench {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

TEST_CASE("quantiles of a histogram are right to one percent", "[bench]") {
  Histogram histogram;
  CHECK(histogram.quantile(0.5) == nanoseconds(0));
  std::mt19937_64 random(5);
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(random() >> (24 + random() % 30)));
    histogram.add(nanoseconds(values.back()));
  }
  std::ranges::sort(values);
  for (const double share : {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * 20'000.0));
    const auto exact = static_cast<double>(values[rank - 1]);
    const auto found = static_cast<double>(histogram.quantile(share).count());
    CAPTURE(share, exact, found);
    CHECK(found >= exact);
    CHECK(found <= exact * 1.01 + 1);
  }
  CHECK(histogram.max() == nanoseconds(values.back()));
  Histogram sum;
  sum.add(histogram);
  sum.add(histogram);
  CHECK(sum.count() == 40'000);
  CHECK(sum.quantile(0.9) == histogram.quantile(0.9));
}

TEST_CASE("a response is complete with its last byte and not before", "[bench]") {
  for (const std::string& text :
       {std::string("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nMcp-Session-Id:  abc\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nMcp-Session-Id: abc\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")}) {
    Response response;
    for (std::size_t size = 0; size < text.size(); ++size) {
      REQUIRE(read_response(std::string_view(text).substr(0, size), response) ==
              Reading::incomplete);
    }
    REQUIRE(read_response(text + "HTTP", response) == Reading::complete);
    CHECK(response.status == 200);
    CHECK(response.body == "hello");
    CHECK(response.bytes == text.size());
    CHECK(header_value(response.head, "mcp-session-id") == "abc");
    CHECK(header_value(response.head, "mcp-session").empty());
  }
  Response response;
  CHECK(read_response("SSH-2.0\r\n\r\n", response) == Reading::broken);
  CHECK(read_response("HTTP/1.1 202 Accepted\r\n\r\n", response) == Reading::complete);
}

TEST_CASE("an event is taken when it is whole, whatever stands between", "[bench]") {
  const std::string text =
      "HTTP/1.1 200 OK\r\n\r\n2f\r\nevent: endpoint\ndata: /messages?sessionId=x\n\n\r\n"
      "e\r\n: keep-alive\n\n\r\n1f\r\nevent: message\ndata: {\"id\":1}\n\n\r\n";
  for (std::size_t size = 0; size < text.find("\n\n\r\ne"); ++size) {
    std::string_view part = std::string_view(text).substr(0, size);
    REQUIRE(!take_event(part, "endpoint"));
  }
  std::string_view bytes = text;
  CHECK(take_event(bytes, "endpoint") == "/messages?sessionId=x");
  CHECK(take_event(bytes, "message") == R"({"id":1})");
  CHECK(!take_event(bytes, "message"));
}

TEST_CASE("an answer is good only with the right id, a result and no tool error", "[bench]") {
  CHECK(fault_of(R"({"jsonrpc":"2.0","id":123456789,"result":{}})", 123456789).empty());
  CHECK(!fault_of(R"({"jsonrpc":"2.0","id":123456788,"result":{}})", 123456789).empty());
  CHECK(!fault_of(R"({"jsonrpc":"2.0","id":123456789,"error":{}})", 123456789).empty());
  CHECK(!fault_of(R"({"id":123456789,"result":{"isError":true}})", 123456789).empty());
}

// An MCP endpoint that knows what the load sends. Every tenth call of "sick" fails.
class Endpoint : public proxy::http::Handler {
 public:
  void on_request(proxy::http::Request& request, proxy::http::Exchange& exchange) override {
    using proxy::http::Header;
    using proxy::http::Status;
    const std::string body(request.body());
    const auto has = [&](const char* text) { return body.find(text) != std::string::npos; };
    if (has("initialize\"")) {
      const std::array fields{proxy::http::HeaderField{"Mcp-Session-Id", "s-1"}};
      exchange.respond(Status::ok, "application/json", R"({"id":1,"result":{}})", fields);
    } else if (request.header(Header::mcp_session_id) != "s-1") {
      exchange.respond(Status::bad_request);
    } else if (has("initialized")) {
      exchange.respond(Status::accepted);
    } else {
      ++calls;
      const bool sick = has(R"("name":"sick")") && calls % 10 == 0;
      const std::size_t at = body.find(R"("id":)");
      exchange.respond(Status::ok, "application/json",
                       fmt::format(R"({{{},"{}":{{}}}})", body.substr(at, 5 + kIdDigits),
                                   sick ? "error" : "result"));
    }
  }
  std::uint64_t calls = 0;
};

// Runs the endpoint on a thread of its own for the length of a load.
base::Result<LoadReport> load_on_endpoint(LoadPlan plan, std::uint64_t& calls) {
  std::uint16_t port = 0;
  base::Loop loop(1);
  Endpoint endpoint;
  proxy::http::Server server(loop, {}, endpoint);
  port = server.listen("127.0.0.1", 0)->port;
  plan.port = port;
  base::Mailbox<int> stop(loop, 1, [&](int&&) { loop.stop(); });
  base::Result<LoadReport> report = LoadReport{};
  std::thread client([&] {
    report = run_load(plan);
    while (!stop.post(0)) std::this_thread::yield();
  });
  loop.run();
  client.join();
  calls = endpoint.calls;
  return report;
}

TEST_CASE("a load shakes hands, calls in turn, and counts every answer once", "[bench][threads]") {
  LoadPlan plan;
  plan.tools = {"a", "b"};
  plan.connections = 7;
  plan.warm_up = milliseconds(5);
  plan.calls_max = 500;
  std::uint64_t calls = 0;
  const auto report = load_on_endpoint(plan, calls);
  REQUIRE(report);
  CHECK(report->errors == 0);
  CHECK(report->calls >= 500);
  CHECK(report->latency.count() == report->calls);
  CHECK(report->calls + report->warm_up_calls <= calls);
  CHECK(report->calls + report->warm_up_calls + plan.connections >= calls);
}

TEST_CASE("failed calls are errors and no successes, and the first one is told",
          "[bench][threads]") {
  LoadPlan plan;
  plan.tools = {"sick"};
  plan.warm_up = milliseconds(0);
  plan.calls_max = 90;
  std::uint64_t calls = 0;
  const auto report = load_on_endpoint(plan, calls);
  REQUIRE(report);
  CHECK(report->errors == 10);
  CHECK(report->first_error.find("no result") != std::string::npos);
}

TEST_CASE("no server, no load", "[bench]") {
  LoadPlan plan;
  plan.port = 1;
  plan.tools = {"a"};
  CHECK(run_load(plan).error().code == base::ErrorCode::network);
}

}  // namespace
}  // namespace bench
