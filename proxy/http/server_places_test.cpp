// Who keeps a connection when there are more than places for them.
#include <catch2/catch.hpp>

#include "proxy/http/test_server.h"

namespace proxy::http {
namespace {

using namespace server_test;

constexpr std::string_view kKey = "X-API-Key: k\r\n";

Limits places(std::size_t count) {
  Limits limits;
  limits.connections_max = count;
  limits.connections_reserve = 2;
  return limits;
}

// A connection that has been accepted, and after that one that has been used.
TestClient silent(Fixture& f) {
  const std::uint64_t before = f.server.counters().accepted;
  TestClient client = f.connect();
  run_until(f.loop, [&] { return f.server.counters().accepted == before + 1; });
  return client;
}
TestClient used(Fixture& f, std::string_view more = {}) {
  TestClient client = f.connect();
  client.send(get("/used", more));
  client.until("/used:");
  // The next one is younger.
  const auto now = f.loop.now();
  run_until(f.loop, [&] { return f.loop.now() > now; });
  return client;
}
TestClient waiting(Fixture& f) {
  const std::size_t before = f.echo.kept.size();
  TestClient client = f.connect();
  client.send(get("/later", kKey));
  run_until(f.loop, [&] { return f.echo.kept.size() == before + 1; });
  return client;
}

TEST_CASE("when places are short, who never sent a request goes first, the oldest first",
          "[http]") {
  Fixture f(places(4));
  TestClient idle = used(f, kKey);
  TestClient busy = waiting(f);
  TestClient older = silent(f);
  const auto now = f.loop.now();
  run_until(f.loop, [&] { return f.loop.now() > now; });
  TestClient younger = silent(f);
  TestClient fresh = used(f);
  CHECK(older.until_end().empty());
  CHECK(!younger.ended());
  TestClient another = used(f);
  CHECK(younger.until_end().empty());
  CHECK(!idle.ended());
  CHECK(!busy.ended());
  CHECK(!fresh.ended());
  CHECK(f.server.counters().ended_for_others == 2);
}

TEST_CASE("a client that drips the head of its first request is as one that is silent", "[http]") {
  Fixture f(places(2));
  TestClient dripping = silent(f);
  dripping.send("GET /x HTTP/1.1\r\nHo");
  TestClient busy = waiting(f);
  for (int turn = 0; turn < 5; ++turn) f.loop.run_once(milliseconds(1));
  TestClient fresh = used(f);
  CHECK(dripping.until_end().empty());
  CHECK(!busy.ended());
}

TEST_CASE("then idle connections go: strangers' first, then the longest idle of those known",
          "[http]") {
  Fixture f(places(3));
  TestClient first = used(f, kKey);
  TestClient second = used(f, kKey);
  TestClient stranger = used(f);
  TestClient fourth = used(f, kKey);
  CHECK(stranger.until_end().find("/used:") != std::string::npos);
  first.received().clear();
  first.send(get("/again", kKey));
  first.until("/again:");
  TestClient fifth = used(f, kKey);
  second.until_end();
  CHECK(!first.ended());
  CHECK(!fourth.ended());
}

TEST_CASE("requests in flight, uploads and streams end for nobody; another one is told 503",
          "[http]") {
  Fixture f(places(3));
  TestClient calling = waiting(f);
  TestClient streaming = waiting(f);
  f.echo.kept.back().begin_stream(Status::ok, "text/event-stream");
  TestClient uploading = f.connect();
  uploading.send(
      fmt::format("POST /up HTTP/1.1\r\nHost: h\r\n{}Content-Length: 4\r\n\r\nab", kKey));
  run_until(f.loop, [&] { return !f.echo.heads.empty(); });
  TestClient fourth = f.connect();
  fourth.send(get("/fourth", kKey));
  CHECK(fourth.until_end().starts_with("HTTP/1.1 503 "));
  CHECK(fourth.received().find("Retry-After: 5\r\n") != std::string::npos);
  CHECK(f.server.counters().refused_connections == 1);
  uploading.send("cd");
  uploading.until("/up:abcd");
  CHECK(!calling.ended());
  CHECK(!streaming.ended());
  // Now one is idle: its place is free for another.
  TestClient fifth = used(f, kKey);
  CHECK(uploading.until_end().ends_with("/up:abcd"));
}

TEST_CASE("what is vital is answered when every place is busy, on a connection that ends then",
          "[http]") {
  Fixture f(places(2));
  TestClient a = waiting(f);
  TestClient b = waiting(f);
  TestClient health = f.connect();
  health.send(get("/vital") + get("/vital"));
  const std::string& answer = health.until_end();
  CHECK(answer.starts_with("HTTP/1.1 200 OK"));
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  CHECK(answer.find("/vital:", answer.find("/vital:") + 1) == std::string::npos);
  // The reserve itself cannot be held by saying nothing.
  TestClient quiet = silent(f);
  TestClient quiet_too = silent(f);
  TestClient check = f.connect();
  check.send(get("/vital"));
  CHECK(check.until_end().find("/vital:") != std::string::npos);
  CHECK(!a.ended());
  CHECK(!b.ended());
}

TEST_CASE("a connection of the reserve becomes a usual one when a place is free", "[http]") {
  Fixture f(places(1));
  TestClient busy = waiting(f);
  TestClient second = silent(f);
  busy.close();
  run_until(f.loop, [&] { return f.server.connection_count() == 1; });
  second.send(get("/second"));
  second.until("/second:");
  second.send(get("/again"));
  second.until("/again:");
}

TEST_CASE("ten thousand silent connections keep nobody out", "[http]") {
  Fixture f(places(100));
  TestClient idle = used(f, kKey);
  TestClient busy = waiting(f);
  std::deque<TestClient> flood;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 100; ++i) {
      flood.push_back(f.connect());
      if (flood.size() > 200) flood.pop_front();
    }
    TestClient honest = f.connect();
    honest.send(get("/honest"));
    honest.until("/honest:");
    REQUIRE(f.server.connection_count() <= 102);
  }
  CHECK(!idle.ended());
  CHECK(!busy.ended());
  CHECK(f.server.counters().refused_connections == 0);
}

TEST_CASE("a flood of connections is taken in turns: who is connected is served between",
          "[http]") {
  Fixture f;
  TestClient client = used(f);
  std::deque<TestClient> flood;
  for (int i = 0; i < 500; ++i) flood.push_back(f.connect());
  client.received().clear();
  client.send(get("/between"));
  client.until("/between:");
  CHECK(f.server.counters().accepted < 400);
  run_until(f.loop, [&] { return f.server.counters().accepted == 501; });
}

TEST_CASE("unix sockets have places of their own", "[http]") {
  std::string folder = "/tmp/places_XXXXXX";
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  Limits limits = places(1);
  limits.unix_connections_max = 1;
  Fixture f(limits);
  REQUIRE(f.server.listen_unix(folder + "/a.sock"));
  TestClient busy = waiting(f);
  TestClient own(f.loop, folder + "/a.sock");
  own.send(get("/own", kKey));
  own.until("/own:");
  TestClient other(f.loop, folder + "/a.sock");
  other.send(get("/other", kKey));
  other.until("/other:");
  CHECK(own.ended());
  CHECK(!busy.ended());
  f.server.drain(milliseconds(1), [] {});
  ::rmdir(folder.c_str());
}

}  // namespace
}  // namespace proxy::http
