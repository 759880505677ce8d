#include "proxy/http/server.h"

#include <catch2/catch.hpp>

#include "proxy/http/test_server.h"

namespace proxy::http {
namespace {

using namespace server_test;

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

}  // namespace
}  // namespace proxy::http
