// What a server may do to whoever asks it: answers that never end in any of the ways HTTP has for
// it, answers that unpack to a flood, silence at every stage.
#include <zlib.h>

#include <catch2/catch.hpp>

#include "net/testing/network_bench.h"
#include "net/testing/raw_server.h"

namespace net {
namespace {

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\n";

// Says `start`, then `again` until nobody listens.
RawServer::Serve endless(std::string start, std::string again) {
  return [start = std::move(start), again = std::move(again)](RawConnection& connection) {
    connection.read_request();
    connection.write(start);
    while (connection.write(again)) {
    }
  };
}

std::string many(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

std::string gzipped(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_CASE("a head that never ends is cut off, in whatever it consists", "[net][threads]") {
  struct Row {
    const char* what;
    std::string start;
    std::string again;
  };
  for (const Row& row :
       {Row{"headers", std::string(kHead), "X-Padding: " + std::string(1000, 'x') + "\r\n"},
        Row{"one header", std::string(kHead) + "X: ", std::string(1000, 'x')},
        Row{"a status line", "HTTP/1.1 200 ", std::string(1000, 'x')},
        Row{"informational answers", "", many("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n", 1000)},
        Row{"a chunk's extension", std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n1;",
            std::string(1000, 'x')},
        Row{"extensions of many chunks", std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n",
            many("1;" + std::string(100, 'x') + "\r\nx\r\n", 1000)},
        Row{"trailers", std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n0\r\n",
            "X-Padding: " + std::string(1000, 'x') + "\r\n"},
        Row{"one trailer", std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: ",
            std::string(1000, 'x')}}) {
    INFO(row.what);
    const RawServer server(endless(row.start, row.again));
    NetworkBench bench;
    const auto client = bench.client(server.url());
    const Recorder got = bench.ask(*client, post("{}"));
    CHECK(got.end->fault == Fault::head_too_large);
    CHECK((got.end->detail == kHeadTooLarge ||
           got.end->detail == "its chunks are mostly extensions"));
    CHECK(got.body_bytes < 2000);
  }
}

TEST_CASE("a large head within the limit is read", "[net][threads]") {
  const RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.answer("x", many("X-Padding: " + std::string(1000, 'x') + "\r\n", 60'000));
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  CHECK(bench.ask(*client, get()).body == "x");
}

TEST_CASE("small chunks with modest extensions are no attack", "[net][threads]") {
  const std::string chunks = many("2;a=b\r\nxx\r\n", 400'000);
  const RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.write(std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n");
    connection.write(chunks + "0\r\n\r\n");
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  const Recorder got = bench.ask(*client, get());
  CHECK(got.end->fault == Fault::none);
  CHECK(got.body == std::string(got.body.size(), 'x'));
}

TEST_CASE("a body beyond its limit is cut off, counted as it unpacks", "[net][threads]") {
  const std::string bomb = gzipped(std::string(50'000'000, 'x'));
  REQUIRE(bomb.size() < 100'000);
  const RawServer server([&](RawConnection& connection) {
    const bool plain = connection.read_request().starts_with("GET /plain");
    if (plain) {
      connection.write(std::string(kHead) + "\r\n");
      while (connection.write(std::string(1000, 'x'))) {
      }
    } else {
      connection.answer(bomb, "Content-Encoding: gzip\r\n");
    }
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  for (const char* target : {"/plain", "/packed"}) {
    Request request = get(target);
    request.body_bytes_max = 1'000'000;
    const Recorder got = bench.ask(*client, request);
    CHECK(got.end->fault == Fault::too_large);
    CHECK(got.body_bytes <= 1'000'000);
  }
}

TEST_CASE("a server that floods keeps nobody else waiting", "[net][threads]") {
  const RawServer flood(endless(std::string(kHead) + "\r\n", std::string(1'000'000, 'x')));
  const RawServer working([](RawConnection& connection) {
    while (!connection.read_request().empty()) connection.answer("x");
  });
  NetworkBench bench;
  const auto flooded = bench.client(flood.url());
  const auto client = bench.client(working.url());
  Recorder sink;
  sink.keeps_body = false;
  const auto exchange = flooded->start(get(), sink);
  REQUIRE(bench.until([&] { return sink.body_bytes > 3'000'000; }));
  for (int i = 0; i < 20; ++i) CHECK(bench.ask(*client, post("{}")).end->fault == Fault::none);
  CHECK_FALSE(sink.end);
}

TEST_CASE("what one piece unpacks to is bounded, also where the whole is not", "[net][threads]") {
  const std::string bomb = gzipped(std::string(8'000'000, 'x'));
  const RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.answer(bomb, "Content-Encoding: gzip\r\n");
    connection.wait_for_end();
  });
  NetworkBench bench;
  Site site = NetworkBench::site(server.url());
  site.burst_bytes_max = 500'000;
  const auto client = bench.client(site);
  const Recorder got = bench.ask(*client, get());
  CHECK(got.end->fault == Fault::too_large);
  CHECK(got.body_bytes < 8'000'000);
}

TEST_CASE("a packed answer is unpacked", "[net][threads]") {
  const RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.answer(gzipped("{\"a\":1}"), "Content-Encoding: gzip\r\n");
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  CHECK(bench.ask(*client, get()).body == "{\"a\":1}");
}

TEST_CASE("what is no HTTP, or not of one piece, is told apart", "[net][threads]") {
  struct Row {
    std::string says;
    Fault fault;
  };
  for (const Row& row :
       {Row{"SSH-2.0-OpenSSH_9.2\r\n", Fault::protocol}, Row{"", Fault::cut},
        Row{"HTTP/1.1 200 OK\r\nContent-Le", Fault::cut},
        Row{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", Fault::cut},
        Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nx", Fault::cut},
        Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Fault::protocol},
        Row{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            Fault::protocol}}) {
    INFO(row.says);
    const RawServer server([&](RawConnection& connection) {
      connection.read_request();
      connection.write(row.says);
    });
    NetworkBench bench;
    const auto client = bench.client(server.url());
    const Recorder got = bench.ask(*client, post("{}"));
    CHECK(got.end->fault == row.fault);
    CHECK(got.end->sent);
  }
}

TEST_CASE("silence is given up at its deadline, whatever it is about", "[net][threads]") {
  const RawServer server([](RawConnection& connection) {
    const std::string request = connection.read_request();
    if (request.starts_with("GET /head")) connection.write("HTTP/1.1 200 OK\r\n");
    if (request.starts_with("GET /body")) connection.write("HTTP/1.1 200 OK\r\n\r\nx");
    if (request.starts_with("GET /drip")) {
      connection.write("HTTP/1.1 200 OK\r\n\r\n");
      while (connection.write("x")) std::this_thread::yield();
    }
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  for (const char* target : {"/none", "/head", "/body"}) {
    INFO(target);
    Request silent = get(target);
    silent.silence_max = 50ms;
    CHECK(bench.ask(*client, silent).end->fault == Fault::silent);
    Request late = get(target);
    late.deadline = 50ms;
    CHECK(bench.ask(*client, late).end->fault == Fault::late);
  }
  Request drip = get("/drip");
  drip.silence_max = 10s;
  drip.deadline = 200ms;
  CHECK(bench.ask(*client, drip).end->fault == Fault::late);
}

TEST_CASE("a server that reads nothing is given up at the deadline", "[net][threads]") {
  std::atomic<bool> over = false;
  const RawServer server([&](RawConnection&) {
    while (!over) std::this_thread::yield();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  Request request = post(std::string(16'000'000, 'x'));
  request.deadline = 200ms;
  CHECK(bench.ask(*client, request).end->fault == Fault::late);
  over = true;
}

TEST_CASE("a handshake that hangs is given up, others go on", "[net][threads]") {
  const RawServer silent([](RawConnection& connection) { connection.wait_for_end(); });
  const RawServer working([](RawConnection& connection) {
    while (!connection.read_request().empty()) connection.answer("x");
  });
  NetworkBench bench;
  Site site = NetworkBench::site("https://127.0.0.1:" + std::to_string(silent.port()) + "/");
  site.connect_max = 300ms;
  const auto hanging = bench.client(site);
  std::array<Recorder, 3> sinks;  // two wait for what the first connection speaks
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (Recorder& sink : sinks) exchanges.push_back(hanging->start(post("{}"), sink));
  const auto other = bench.client(working.url());
  CHECK(bench.ask(*other, post("{}")).end->fault == Fault::none);
  for (Recorder& sink : sinks) {
    REQUIRE(bench.until([&] { return sink.end.has_value(); }));
    CHECK(sink.end->fault == Fault::connect_timeout);
    CHECK_FALSE(sink.end->sent);
  }
  CHECK(sinks[0].end->detail == "the handshake was not completed");
  CHECK(sinks[1].end->detail == "the handshake was not completed");
}

// The request was read, or may have been: the connection that was good for the first ends without
// a word.
TEST_CASE("a request that may have been seen is not sent again, but for GET", "[net][threads]") {
  std::atomic<int> seen = 0;
  const RawServer server([&](RawConnection& connection) {
    for (int i = 0; !connection.read_request().empty(); ++i) {
      ++seen;
      if (i == 1) return;  // the second on a connection gets nothing
      connection.answer("x");
    }
  });
  NetworkBench bench;
  for (const Method method : {Method::post, Method::delete_}) {
    const auto client = bench.client(server.url());
    seen = 0;
    REQUIRE(bench.ask(*client, get()).end->fault == Fault::none);
    Request request = post("{}");
    request.method = method;
    const Recorder got = bench.ask(*client, request);
    CHECK(got.end->fault == Fault::cut);
    CHECK(got.end->sent);
    CHECK(seen == 2);
  }
  const auto client = bench.client(server.url());
  seen = 0;
  REQUIRE(bench.ask(*client, get()).end->fault == Fault::none);
  CHECK(bench.ask(*client, get()).end->fault == Fault::none);
  CHECK(seen == 3);
}

TEST_CASE("a connection that ended while idle is not used", "[net][threads]") {
  std::atomic<int> closed = 0;
  const RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.answer("x");
    ::shutdown(connection.socket(), SHUT_RDWR);
    ++closed;
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  for (int i = 1; i <= 5; ++i) {
    CHECK(bench.ask(*client, post("{}")).end->fault == Fault::none);
    CHECK(server.connections() == i);
    REQUIRE(bench.until([&] { return closed == i; }));
  }
}

TEST_CASE("headers that would break the request apart are not sent", "[net][threads]") {
  const RawServer server([](RawConnection& connection) { connection.wait_for_end(); });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  for (const Header& header : {Header{"A", "b\r\nC: d"}, Header{"A\nB", "c"}, Header{"", "c"},
                               Header{"A", std::string("b\0c", 3)}}) {
    Request request = get();
    request.headers = {header};
    const Recorder got = bench.ask(*client, request);
    CHECK(got.end->fault == Fault::internal);
    CHECK_FALSE(got.end->sent);
  }
}

}  // namespace
}  // namespace net
