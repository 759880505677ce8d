#include "proxy/http/server.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <deque>

#include "proxy/http/test_client.h"

namespace proxy::http {
namespace {

using std::chrono::milliseconds;

// Echoes method, target and body; "/later..." is kept for the test to answer, "/none" is not
// answered.
class Echo : public Handler, public ExchangeWatcher {
 public:
  void on_request(Request& request, Exchange& exchange) override {
    log.push_back(fmt::format("{} {}", to_string(request.method()), request.target()));
    if (request.path() == "/none") return;
    if (request.path().starts_with("/later")) {
      exchange.watch(this);
      kept.push_back(std::move(exchange));
      return;
    }
    const std::array<std::string_view, 3> parts{request.target(), ":", request.body()};
    exchange.respond(Status::ok, "text/plain", parts);
  }
  void on_peer_gone(Exchange& exchange) override {
    CHECK(!exchange.open());
    ++gone;
  }
  void on_writable(Exchange&) override { ++writable; }
  void on_drain(Exchange& exchange) override {
    ++drains;
    if (end_on_drain) exchange.end();
  }

  std::vector<std::string> log;
  std::deque<Exchange> kept;
  int gone = 0, writable = 0, drains = 0;
  bool end_on_drain = false;
};

struct Fixture {
  explicit Fixture(Limits limits = {}) : server(loop, limits, echo) {
    endpoint = *server.listen("127.0.0.1", 0);
  }
  TestClient connect() { return {loop, endpoint}; }

  base::Loop loop{1};
  Echo echo;
  Server server;
  Endpoint endpoint;
};

std::string post(std::string_view target, std::string_view body, std::string_view more = {}) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: h\r\n{}Content-Length: {}\r\n\r\n{}", target, more,
                     body.size(), body);
}
std::string get(std::string_view target, std::string_view more = {}) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n{}\r\n", target, more);
}

TEST_CASE("a request is answered and the connection kept", "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(post("/a?x=1", "hello"));
  const std::string& answer = client.until("hello");
  CHECK(
      answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n"));
  CHECK(answer.ends_with("\r\n\r\n/a?x=1:hello"));
  CHECK(answer.find("Connection:") == std::string::npos);
  client.send(get("/b"));
  client.until("/b:");
  CHECK(!client.ended());
  CHECK(f.server.counters().requests == 2);
  CHECK(f.server.counters().accepted == 1);
}

TEST_CASE("pipelined requests are answered in order, also when the first is answered late",
          "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(post("/later1", "x") + get("/2") + get("/later3") + get("/4"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  for (int turn = 0; turn < 5; ++turn) f.loop.run_once(milliseconds(1));
  CHECK(f.echo.log.size() == 1);
  f.echo.kept.front().respond(Status::ok, "text/plain", "one");
  f.echo.kept.pop_front();
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  CHECK(f.echo.log == std::vector<std::string>{"POST /later1", "GET /2", "GET /later3"});
  f.echo.kept.front().respond(Status::ok, "text/plain", "three");
  const std::string& all = client.until("/4:");
  CHECK(all.find("one") < all.find("/2:"));
  CHECK(all.find("/2:") < all.find("three"));
  CHECK(all.find("three") < all.find("/4:"));
}

TEST_CASE("read-ahead behind a pending answer is bounded and loses nothing", "[http]") {
  Limits limits;
  limits.pipelined_bytes_max = 1000;
  Fixture f(limits);
  TestClient client = f.connect();
  client.send(get("/later"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  const std::string body(500'000, 'b');
  std::string_view rest = body;
  const std::string head =
      fmt::format("POST /big HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", body.size());
  client.send(head);
  // The socket's buffers fill up; the server has stopped reading.
  int refused_in_a_row = 0;
  while (!rest.empty() && refused_in_a_row < 50) {
    const ssize_t sent = ::send(client.descriptor(), rest.data(),
                                std::min<std::size_t>(rest.size(), 4096), MSG_DONTWAIT);
    refused_in_a_row = sent < 0 ? refused_in_a_row + 1 : 0;
    if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
    f.loop.run_once(milliseconds(1));
  }
  CHECK(f.echo.log.size() == 1);
  f.echo.kept.front().respond(Status::ok, "text/plain", "first");
  client.send(rest);
  client.until("/big:");
  run_until(f.loop, [&] {
    return client.take(),
           client.received().ends_with("bbb") && client.received().size() > body.size();
  });
  CHECK(client.received().find("first") < client.received().find("/big:"));
}

TEST_CASE("HEAD gets the head only, and HTTP/1.0 is closed unless it asks to be kept", "[http]") {
  Fixture f;
  TestClient head = f.connect();
  head.send("HEAD /h HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(head.until_end().find("Content-Length: 3\r\n") != std::string::npos);
  CHECK(head.received().find("Connection: close\r\n") != std::string::npos);
  CHECK(head.received().ends_with("\r\n\r\n"));
  TestClient old = f.connect();
  old.send("GET /old HTTP/1.0\r\n\r\n");
  CHECK(old.until_end().ends_with("/old:"));
  TestClient kept = f.connect();
  kept.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(kept.until("/1:").find("Connection: keep-alive\r\n") != std::string::npos);
  kept.send("GET /2 HTTP/1.0\r\n\r\n");
  CHECK(kept.until_end().ends_with("/2:"));
}

TEST_CASE("a client that waits for 100 Continue gets it, and one refused by size does not",
          "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send("POST /c HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  client.until("/c:ok");
  TestClient large = f.connect();
  large.send(
      "POST /c HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(large.until_end().starts_with("HTTP/1.1 413 "));
  CHECK(f.echo.log.size() == 1);
}

TEST_CASE("a refused request gets its status and a sentence, even while the client still sends",
          "[http]") {
  Limits limits;
  limits.body_bytes_max = 1000;
  Fixture f(limits);
  TestClient client = f.connect();
  client.send(fmt::format("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n{}",
                          std::string(900, 'x')));
  CHECK(client.until_end().starts_with("HTTP/1.1 413 Content Too Large\r\n"));
  CHECK(client.received().find("Connection: close\r\n") != std::string::npos);
  CHECK(client.received().find("The request body is larger than") != std::string::npos);
  CHECK(f.echo.log.empty());
  CHECK(f.server.counters().refused_requests == 1);
}

TEST_CASE("an exchange that is dropped unanswered answers 500", "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(get("/none") + get("/later"));
  client.until("HTTP/1.1 500 ");
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  client.received().clear();
  f.echo.kept.clear();
  client.until("HTTP/1.1 500 ");
}

TEST_CASE("when the client goes away, the watcher is told and a late answer does no harm",
          "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(get("/later"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  Exchange moved = std::move(f.echo.kept.front());
  client.close();
  run_until(f.loop, [&] { return f.echo.gone == 1; });
  CHECK(!moved.open());
  moved.respond(Status::ok, "text/plain", "too late");
  moved.begin_stream(Status::ok, "text/plain");
  moved.write("x");
  moved.end();
  CHECK(f.server.connection_count() == 0);
  CHECK(f.server.counters().peers_gone == 1);
}

TEST_CASE("a client that only ends its side still gets what was answered", "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(get("/x"));
  client.end_sending();
  CHECK(client.until_end().ends_with("/x:"));
}

TEST_CASE("a stream is sent in chunks and ended", "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(get("/later") + get("/next"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  Exchange& stream = f.echo.kept.front();
  const std::array cache{HeaderField{"Cache-Control", "no-store"}};
  stream.begin_stream(Status::ok, "text/event-stream", cache);
  CHECK(
      client.until("\r\n\r\n").find("Transfer-Encoding: chunked\r\nCache-Control: no-store\r\n") !=
      std::string::npos);
  client.received().clear();
  const std::array<std::string_view, 2> parts{"data: ", "0123456789"};
  stream.write(parts);
  stream.write("");  // would end the stream
  CHECK(client.until("9") == "10\r\ndata: 0123456789\r\n");
  client.received().clear();
  stream.end();
  CHECK(!stream.open());
  CHECK(client.until("/next:").starts_with("0\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a stream to HTTP/1.0 ends with the connection, and a dropped stream is cut", "[http]") {
  Fixture f;
  TestClient old = f.connect();
  old.send("GET /later HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  f.echo.kept.front().begin_stream(Status::ok, "text/plain");
  f.echo.kept.front().write("plain");
  f.echo.kept.front().end();
  CHECK(old.until_end().ends_with("\r\n\r\nplain"));
  f.echo.kept.clear();
  TestClient cut = f.connect();
  cut.send(get("/later"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  f.echo.kept.front().begin_stream(Status::ok, "text/plain");
  f.echo.kept.front().write("half");
  f.echo.kept.clear();
  CHECK(cut.until_end().ends_with("4\r\nhalf\r\n"));
}

TEST_CASE("a slow reader makes a stream congested, and is told when there is room again",
          "[http]") {
  Limits limits;
  limits.queue_high_water_bytes = 64 * 1024;
  Fixture f(limits);
  TestClient client = f.connect();
  client.send(get("/later"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  Exchange& stream = f.echo.kept.front();
  stream.begin_stream(Status::ok, "text/plain");
  const std::string block(32 * 1024, 's');
  std::size_t blocks = 0;
  while (!stream.congested()) {
    REQUIRE(++blocks < 10'000);
    stream.write(block);
    f.loop.run_once(milliseconds(0));
  }
  CHECK(f.echo.writable == 0);
  run_until(f.loop, [&] { return client.take(), f.echo.writable == 1; });
  CHECK(!stream.congested());
  stream.end();
  client.until("0\r\n\r\n");
  CHECK(client.received().size() > blocks * block.size());
}

TEST_CASE("an answer larger than all socket buffers arrives whole, and the next one behind it",
          "[http]") {
  Limits limits;
  limits.queue_bytes_max = 1024 * 1024;  // bounds streams, not one answer
  Fixture f(limits);
  TestClient client = f.connect();
  client.send(get("/later") + get("/next"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  std::string body;
  for (int i = 0; body.size() < 8'000'000; ++i) body += std::to_string(i);
  f.echo.kept.front().respond(Status::ok, "text/plain", body);
  const std::string& all = client.until("/next:");
  const std::size_t begin = all.find("\r\n\r\n") + 4;
  CHECK(all.substr(begin, body.size()) == body);
  CHECK(all.substr(begin + body.size()).starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a burst of pipelined requests with large answers is worked off as the peer reads",
          "[http]") {
  Limits limits;
  limits.queue_high_water_bytes = 64 * 1024;
  Fixture f(limits);
  TestClient client = f.connect();
  const std::string body(20'000, 'p');
  std::string burst;
  for (int i = 0; i < 200; ++i) burst += post(fmt::format("/burst-{}-", i), body);
  client.send(burst);
  const std::string& all = client.until("/burst-199-:");
  run_until(f.loop, [&] {
    return client.take(), all.size() - all.find("/burst-199-:") == 12 + body.size();
  });
  std::size_t at = 0;
  for (int i = 0; i < 200; ++i) {
    at = all.find(fmt::format("/burst-{}-:", i), at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("a stream that nobody reads is cut at its byte limit", "[http]") {
  Limits limits;
  limits.queue_bytes_max = 1024 * 1024;
  Fixture f(limits);
  TestClient client = f.connect();
  client.send(get("/later"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  f.echo.kept.front().begin_stream(Status::ok, "text/plain");
  const std::string block(256 * 1024, 's');
  for (int i = 0; i < 1000 && f.echo.gone == 0; ++i) {
    f.echo.kept.front().write(block);
    f.loop.run_once(milliseconds(0));
  }
  CHECK(f.echo.gone == 1);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("an address in use is recognised, and IPv6 and names are served", "[http]") {
  Fixture f;
  const auto taken = f.server.listen("127.0.0.1", f.endpoint.port);
  REQUIRE(!taken);
  CHECK(taken.error().code == base::ErrorCode::address_in_use);
  CHECK(taken.error().message.find(to_string(f.endpoint)) != std::string::npos);
  const auto unknown = f.server.listen("no such host", 0);
  REQUIRE(!unknown);
  CHECK(unknown.error().code == base::ErrorCode::invalid_argument);
  const auto named = f.server.listen("localhost", 0);
  REQUIRE(named);
  CHECK(named->loopback);
  const auto v6 = f.server.listen("::1", 0);
  if (!v6) return;  // a machine without IPv6
  CHECK(to_string(*v6) == fmt::format("[::1]:{}", v6->port));
  TestClient client(f.loop, *v6);
  client.send(get("/six"));
  client.until("/six:");
}

TEST_CASE("a listening socket that was handed over is served; another descriptor is refused",
          "[http]") {
  Fixture f;
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in any{};
  uv_ip4_addr("127.0.0.1", 0, &any);
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
  CHECK(!f.server.listen_on(socket));
  REQUIRE(::listen(socket, 16) == 0);
  const auto endpoint = f.server.listen_on(socket);
  REQUIRE(endpoint);
  TestClient client(f.loop, *endpoint);
  client.send(get("/handed"));
  client.until("/handed:");
}

TEST_CASE("one connection too many is told so and closed; room is given back", "[http]") {
  Limits limits;
  limits.connections_max = 2;
  Fixture f(limits);
  TestClient first = f.connect();
  TestClient second = f.connect();
  first.send(get("/1"));
  first.until("/1:");
  second.send(get("/2"));
  second.until("/2:");
  TestClient third = f.connect();
  CHECK(third.until_end().starts_with("HTTP/1.1 503 "));
  third.close();
  first.close();
  run_until(f.loop, [&] { return f.server.connection_count() == 1; });
  TestClient fourth = f.connect();
  fourth.send(get("/4"));
  fourth.until("/4:");
  CHECK(f.server.counters().refused_connections == 1);
}

TEST_CASE("slow heads and bodies get 408, idle connections are closed without word", "[http]") {
  Limits limits;
  limits.head_time = limits.body_time = limits.idle_time = milliseconds(20);
  Fixture f(limits);
  TestClient head = f.connect();
  TestClient body = f.connect();
  TestClient idle = f.connect();
  head.send("GET / HTTP/1.1\r\nHo");
  body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc");
  CHECK(head.until_end().starts_with("HTTP/1.1 408 "));
  CHECK(body.until_end().starts_with("HTTP/1.1 408 "));
  CHECK(idle.until_end().empty());
  CHECK(f.echo.log.empty());
  CHECK(f.server.counters().timed_out == 2);
}

TEST_CASE("a client that drips one byte after another does not outlast the head time", "[http]") {
  Limits limits;
  limits.head_time = milliseconds(30);
  Fixture f(limits);
  TestClient client = f.connect();
  client.send("GET / HTTP/1.1\r\n");
  for (int i = 0; i < 100'000 && !client.ended(); ++i) {
    ::send(client.descriptor(), "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    f.loop.run_once(milliseconds(1));
  }
  CHECK(client.received().starts_with("HTTP/1.1 408 "));
}

TEST_CASE("a pending answer and an open stream outlive all idle times", "[http]") {
  Limits limits;
  limits.head_time = limits.idle_time = milliseconds(5);
  Fixture f(limits);
  TestClient waiting = f.connect();
  waiting.send(get("/later"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  TestClient idle = f.connect();  // its end shows that the idle time has passed
  idle.until_end();
  CHECK(!waiting.ended());
  f.echo.kept.front().respond(Status::ok, "text/plain", "patience");
  waiting.until("patience");
  waiting.until_end();
}

TEST_CASE("a client that takes no byte of its answer is cut off in time", "[http]") {
  Limits limits;
  limits.stalled_write_time = milliseconds(30);
  Fixture f(limits);
  TestClient client = f.connect();
  client.send(get("/later"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  f.echo.kept.front().respond(Status::ok, "text/plain", std::string(20'000'000, 'x'));
  run_until(f.loop, [&] { return f.server.connection_count() == 0; });
  CHECK(f.server.counters().timed_out == 1);
}

TEST_CASE("draining ends idle connections, finishes answers, ends streams, then says done",
          "[http]") {
  Fixture f;
  f.echo.end_on_drain = true;
  TestClient idle = f.connect();
  idle.send(get("/idle"));
  idle.until("/idle:");
  TestClient calling = f.connect();
  calling.send(get("/later/call"));
  TestClient streaming = f.connect();
  streaming.send(get("/later/stream"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 2; });
  const bool call_first = f.echo.log.back() == "GET /later/stream";
  Exchange& call = f.echo.kept[call_first ? 0 : 1];
  f.echo.kept[call_first ? 1 : 0].begin_stream(Status::ok, "text/event-stream");
  bool done = false;
  f.server.drain(std::chrono::seconds(60), [&] { done = true; });
  idle.until_end();
  CHECK(streaming.until_end().ends_with("0\r\n\r\n"));
  CHECK(f.echo.drains == 1);
  CHECK(!done);
  call.respond(Status::ok, "text/plain", "last");
  CHECK(calling.until_end().find("Connection: close\r\n") != std::string::npos);
  CHECK(calling.received().ends_with("last"));
  run_until(f.loop, [&] { return done; });
}

TEST_CASE("draining does not wait beyond its deadline", "[http]") {
  Fixture f;
  TestClient calling = f.connect();
  calling.send(get("/later"));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  bool done = false;
  f.server.drain(milliseconds(10), [&] { done = true; });
  run_until(f.loop, [&] { return done; });
  CHECK(f.echo.gone == 1);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("an exchange may outlive its server", "[http]") {
  base::Loop loop(1);
  Echo echo;
  auto server = std::make_unique<Server>(loop, Limits{}, echo);
  TestClient client(loop, *server->listen("127.0.0.1", 0));
  client.send(get("/later"));
  run_until(loop, [&] { return echo.kept.size() == 1; });
  server.reset();
  CHECK(!echo.kept.front().open());
  echo.kept.front().respond(Status::ok, "text/plain", "nobody");
  client.until_end();
}

TEST_CASE("running out of descriptors turns clients away instead of spinning, and passes",
          "[http]") {
  Fixture f;
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  TestClient early = f.connect();
  early.send(get("/early"));
  early.until("/early:");
  TestClient late = f.connect();
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(lowest_free);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &tight) == 0);
  run_until(f.loop, [&] { return late.ended(); });
  const auto accepted = f.server.counters().accepted;
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(accepted == 1);
  TestClient after = f.connect();
  after.send(get("/after"));
  after.until("/after:");
}

}  // namespace
}  // namespace proxy::http
