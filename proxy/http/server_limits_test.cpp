// What the server does about slow, silent and too many clients, and at its end.
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "proxy/http/test_server.h"

namespace proxy::http {
namespace {

using namespace server_test;

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

TEST_CASE("what clients leave untaken has a limit over all, and who reads is not cut off",
          "[http]") {
  constexpr std::size_t kAnswerBytes = 8 * kMiB;
  constexpr std::size_t kIdlers = 12;
  Limits limits;
  limits.queue_bytes_max = kMiB;
  limits.untaken_bytes_max = 4 * kAnswerBytes;
  Fixture f(limits);
  const std::string answer(kAnswerBytes, 'a');
  const auto ask = [&](TestClient& client) {
    client.send(get("/later"));
    run_until(f.loop, [&] { return !f.echo.kept.empty(); });
    f.echo.kept.front().respond(Status::ok, "text/plain", answer);
    f.echo.kept.pop_front();
  };
  std::vector<TestClient> idlers;
  idlers.reserve(kIdlers);
  for (std::size_t i = 0; i < kIdlers; ++i) {
    ask(idlers.emplace_back(f.connect()));
    TestClient reader = f.connect();
    ask(reader);
    reader.until(std::string(1000, 'a'));
    run_until(f.loop, [&] { return reader.take(), reader.received().size() > kAnswerBytes; });
  }
  run_until(f.loop, [&] { return f.server.counters().ended_for_others >= kIdlers - 4; });
  // Those that were cut off are the ones that have waited longest.
  run_until(f.loop, [&] { return f.server.connection_count() <= 4; });
  idlers.back().take();
  CHECK(!idlers.back().ended());
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
