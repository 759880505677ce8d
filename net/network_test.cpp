#include "net/network.h"

#include <catch2/catch.hpp>

#include "net/testing/gate.h"
#include "net/testing/network_bench.h"
#include "net/testing/raw_server.h"

namespace net {
namespace {

// Answers each request with itself.
void echo(RawConnection& connection) {
  for (;;) {
    const std::string request = connection.read_request();
    if (request.empty() || !connection.answer(request)) return;
  }
}

TEST_CASE("a request goes out as it was given and its answer comes back", "[net][threads]") {
  const RawServer server(echo);
  NetworkBench bench;
  const auto client = bench.client(server.url());
  Request request = post("{\"a\":1}", "/mcp?x=%41//../b");
  request.headers.push_back({"Mcp-Session-Id", "s"});
  request.headers.push_back({"X-Empty", ""});
  const Recorder got = bench.ask(*client, request);
  CHECK(got.end->fault == Fault::none);
  CHECK(got.end->sent);
  CHECK(got.head->status == 200);
  CHECK(got.body.starts_with("POST /mcp?x=%41//../b HTTP/1.1\r\n"));
  CHECK(got.body.ends_with("\r\n\r\n{\"a\":1}"));
  for (const char* line :
       {"\r\nContent-Type: application/json\r\n", "\r\nMcp-Session-Id: s\r\n",
        "\r\nX-Empty:", "\r\nUser-Agent: test/1\r\n", "\r\nAccept-Encoding: gzip, br\r\n"}) {
    CHECK(got.body.find(line) != std::string::npos);
  }
  CHECK(got.body.find("Expect") == std::string::npos);
  CHECK(bench.ask(*client, get("/g")).body.starts_with("GET /g HTTP/1.1\r\n"));
  Request removal = get("/d");
  removal.method = Method::delete_;
  CHECK(bench.ask(*client, removal).body.starts_with("DELETE /d HTTP/1.1\r\n"));
  CHECK(bench.ask(*client, get("/g")).body.starts_with("GET /g HTTP/1.1\r\n"));
  CHECK(server.connections() == 1);
}

TEST_CASE("a connection is used again, and closed with its client", "[net][threads]") {
  const RawServer server(echo);
  NetworkBench bench;
  auto client = bench.client(server.url());
  for (int i = 0; i < 20; ++i) REQUIRE(bench.ask(*client, post("{}")).end->fault == Fault::none);
  CHECK(server.connections() == 1);
  CHECK(bench.network.counts().connections == 1);
  client.reset();
  CHECK(bench.until([&] { return bench.network.counts().connections == 0; }));
}

TEST_CASE("answers without a body are whole, whatever their status", "[net][threads]") {
  const RawServer server([](RawConnection& connection) {
    while (!connection.read_request().empty()) {
      connection.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nA: b\r\n\r\n");
      connection.read_request();
      connection.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
      connection.read_request();
      connection.write("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
    }
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  for (const int status : {204, 202, 304}) {
    const Recorder got = bench.ask(*client, post("{}"));
    CHECK(got.end->fault == Fault::none);
    CHECK(got.head->status == status);
    CHECK(got.body.empty());
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a redirect is told, not followed", "[net][threads]") {
  const RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.write(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://elsewhere.invalid/\r\n"
        "Content-Length: 0\r\n\r\n");
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  const Recorder got = bench.ask(*client, post("{}"));
  CHECK(got.head->status == 307);
  CHECK(got.head->get("location") == "http://elsewhere.invalid/");
}

TEST_CASE("an answer comes piece by piece, as it is written", "[net][threads]") {
  std::atomic<bool> seen = false;
  const RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    while (!seen) std::this_thread::yield();
    connection.write("3\r\ntwo\r\n0\r\nTrailer: x\r\n\r\n");
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  Recorder sink;
  const auto exchange = client->start(get(), sink);
  REQUIRE(bench.until([&] { return sink.body == "one"; }));
  CHECK_FALSE(sink.end);
  seen = true;
  REQUIRE(bench.until([&] { return sink.end.has_value(); }));
  CHECK(sink.body == "onetwo");
  CHECK(sink.head->get("Trailer").empty());
  CHECK(sink.end->fault == Fault::none);
}

TEST_CASE("giving up closes the connection at once", "[net][threads]") {
  std::atomic<int> closed = 0;
  const RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.wait_for_end();
    ++closed;
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  Recorder sink;
  auto exchange = client->start(post("{}"), sink);
  REQUIRE(bench.until([&] { return server.connections() == 1; }));
  exchange.reset();
  CHECK(bench.until([&] { return closed == 1; }));
  CHECK_FALSE(sink.end);
  CHECK(bench.until([&] { return bench.network.counts().running == 0; }));
}

TEST_CASE("an exchange may be given up in whatever it is told", "[net][threads]") {
  const RawServer server([](RawConnection& connection) {
    connection.read_request();
    while (connection.answer("x")) {
    }
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  Recorder sink;
  auto exchange = client->start(get(), sink);
  sink.when_body = [&] { exchange.reset(); };
  REQUIRE(bench.until([&] { return !exchange; }));
  REQUIRE(bench.until([&] { return bench.network.counts().running == 0; }));
  CHECK_FALSE(sink.end);
}

TEST_CASE("a drained answer keeps its connection when it ends soon", "[net][threads]") {
  std::atomic<bool> drained = false;
  std::atomic<int> closed = 0;
  const RawServer server([&](RawConnection& connection) {
    while (connection.read_request().find("/endless") == std::string::npos) {
      connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
      while (!drained) std::this_thread::yield();
      connection.write("3\r\ntwo\r\n0\r\n\r\n");
    }
    connection.write("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.write(std::string(10'000, 'x'))) {
    }
    ++closed;
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  for (int i = 0; i < 3; ++i) {
    drained = false;
    Recorder sink;
    const auto exchange = client->start(get(), sink);
    REQUIRE(bench.until([&] { return sink.body == "one"; }));
    exchange->drain();
    drained = true;
    REQUIRE(bench.until([&] { return bench.network.counts().running == 0; }));
    CHECK(sink.body == "one");
    CHECK_FALSE(sink.end);
  }
  CHECK(server.connections() == 1);
  Recorder sink;
  const auto exchange = client->start(get("/endless"), sink);
  REQUIRE(bench.until([&] { return !sink.body.empty(); }));
  exchange->drain();
  CHECK(bench.until([&] { return closed == 1; }));
}

TEST_CASE("a server that outruns the loop waits, and goes on", "[net][threads]") {
  constexpr std::size_t kSize = 8'000'000;
  std::atomic<std::size_t> written = 0;
  const RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n");
    while (written < kSize && connection.write(std::string(8'000, 'x'))) written += 8'000;
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  Recorder sink;
  std::size_t largest = 0;
  std::size_t before = 0;
  sink.when_body = [&] {
    largest = std::max(largest, sink.body_bytes - before);
    before = sink.body_bytes;
  };
  sink.keeps_body = false;
  const auto exchange = client->start(get(), sink);
  // The loop does not turn: what the network takes is bounded, by its window and the sockets'.
  std::size_t last = 0;
  const base::TimePoint start = base::SystemClock().now();
  while (base::SystemClock().now() - start < 300ms) {
    last = written;
    std::this_thread::yield();
  }
  CHECK(last < kSize);
  REQUIRE(bench.until([&] { return sink.end.has_value(); }));
  CHECK(sink.body_bytes == kSize);
  CHECK(sink.end->fault == Fault::none);
  CHECK(largest <= Passage::kUndeliveredMax + 64 * 1024);
}

TEST_CASE("exchanges beyond the site's limit wait in their order, urgent ones do not",
          "[net][threads]") {
  std::mutex mutex;
  std::vector<std::string> seen;
  Gate gate;
  const RawServer server([&](RawConnection& connection) {
    for (std::string line; !(line = connection.read_request()).empty(); connection.answer("x")) {
      const std::string target = line.substr(4, line.find(' ', 4) - 4);
      {
        const std::lock_guard lock(mutex);
        seen.push_back(target);
      }
      if (target == "/0") gate.wait();
    }
  });
  NetworkBench bench;
  Site site = NetworkBench::site(server.url());
  site.exchanges_max = 1;
  const auto client = bench.client(site);
  std::array<Recorder, 4> sinks;
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    exchanges.push_back(client->start(get("/" + std::to_string(i)), sinks[i]));
  }
  gate.wait_for_waiting(1);
  Request urgent = get("/urgent");
  urgent.urgent = true;
  CHECK(bench.ask(*client, urgent).end->fault == Fault::none);
  gate.open();
  for (Recorder& sink : sinks) REQUIRE(bench.until([&] { return sink.end.has_value(); }));
  CHECK(seen == std::vector<std::string>{"/0", "/urgent", "/1", "/2", "/3"});
}

TEST_CASE("sites that share too few places take turns", "[net][threads]") {
  std::mutex mutex;
  std::vector<std::string> seen;
  const RawServer server([&](RawConnection& connection) {
    for (std::string line; !(line = connection.read_request()).empty(); connection.answer("x")) {
      const std::lock_guard lock(mutex);
      seen.push_back(line.substr(4, line.find(' ', 4) - 4));
    }
  });
  NetworkOptions options;
  options.exchanges_max = 1;
  NetworkBench bench(std::move(options));
  const auto busy = bench.client(server.url());
  const auto other = bench.client(server.url());
  std::array<Recorder, 10> many;
  std::array<Recorder, 2> few;
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (Recorder& sink : many) exchanges.push_back(busy->start(get("/many"), sink));
  for (Recorder& sink : few) exchanges.push_back(other->start(get("/few"), sink));
  for (Recorder& sink : many) REQUIRE(bench.until([&] { return sink.end.has_value(); }));
  const std::vector<std::string> first(seen.begin(), seen.begin() + 5);
  CHECK(std::count(first.begin(), first.end(), "/few") == 2);
}

TEST_CASE("many exchanges at once take one thread", "[net][threads]") {
  std::atomic<int> waiting = 0;
  std::atomic<bool> open = false;
  const RawServer server([&](RawConnection& connection) {
    connection.read_request();
    ++waiting;
    while (!open) std::this_thread::yield();
    connection.answer("x");
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  std::array<Recorder, 100> sinks;
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (Recorder& sink : sinks) exchanges.push_back(client->start(post("{}"), sink));
  REQUIRE(bench.until([&] { return waiting == 100; }));
  CHECK(bench.network.counts().job_threads == 0);
  open = true;
  for (Recorder& sink : sinks) REQUIRE(bench.until([&] { return sink.end.has_value(); }));
}

TEST_CASE("the network ends while exchanges are under way", "[net][threads]") {
  const RawServer server([](RawConnection& connection) { connection.wait_for_end(); });
  base::Loop loop(1);
  Recorder sink;
  {
    Network network(loop);
    const auto client =
        network.client(std::make_shared<const Site>(NetworkBench::site(server.url())));
    const auto exchange = client->start(post("{}"), sink);
    const base::TimePoint give_up = base::SystemClock().now() + 20s;
    while (server.connections() == 0 && base::SystemClock().now() < give_up) {
      loop.run_once(base::Milliseconds(1));
    }
  }
  CHECK_FALSE(sink.end);
}

}  // namespace
}  // namespace net
