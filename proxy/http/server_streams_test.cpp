// What the server sends that is long, or longer than its reader takes.
#include <catch2/catch.hpp>

#include "proxy/http/test_server.h"

namespace proxy::http {
namespace {

using namespace server_test;

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

}  // namespace
}  // namespace proxy::http
