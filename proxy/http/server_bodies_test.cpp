// Bodies are read when their heads were found good, and no more of them than there is room for.
#include <catch2/catch.hpp>

#include "proxy/http/test_server.h"

namespace proxy::http {
namespace {

using namespace server_test;

std::string head(std::string_view target, std::size_t length, std::string_view more = {}) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: h\r\n{}Content-Length: {}\r\n\r\n", target, more,
                     length);
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

TEST_CASE("a request whose body is still to come is judged by its head, once", "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(head("/a", 10) + "01234");
  run_until(f.loop, [&] { return f.echo.heads.size() == 1; });
  CHECK(f.echo.log.empty());
  client.send("56");
  client.send("789");
  client.until("/a:0123456789");
  CHECK(f.echo.heads == std::vector<std::string>{"POST /a"});
  CHECK(f.echo.judged == 1);
  CHECK(!client.ended());
}

TEST_CASE("a request that comes in one piece is not judged by its head apart", "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(post("/a", "hello") + get("/b"));
  client.until("/b:");
  CHECK(f.echo.heads.empty());
  CHECK(f.echo.judged == 2);
}

TEST_CASE("a refused request is answered at once, its body is not read, and the connection ends",
          "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(head("/refused", 16 * kMiB) + "the first bytes");
  CHECK(client.until_end().starts_with("HTTP/1.1 403 "));
  CHECK(client.received().find("Connection: close\r\n") != std::string::npos);
  CHECK(client.received().ends_with("not you"));
  CHECK(f.echo.log.empty());
  CHECK(f.server.counters().requests == 1);
}

TEST_CASE("the answer to a refused request reaches a client that goes on sending", "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(head("/refused", 4'000'000));
  const std::string piece(100'000, 'b');
  for (int i = 0; i < 30 && !client.ended(); ++i) client.send(piece);
  CHECK(client.until_end().ends_with("not you"));
}

TEST_CASE("who waits to be told to go on is told so after the judgement only", "[http]") {
  Fixture f;
  TestClient good = f.connect();
  good.send(head("/a", 2, "Expect: 100-continue\r\n"));
  good.until("HTTP/1.1 100 Continue\r\n\r\n");
  good.send("ok");
  good.until("/a:ok");
  TestClient bad = f.connect();
  bad.send(head("/refused", 2, "Expect: 100-continue\r\n"));
  CHECK(bad.until_end().starts_with("HTTP/1.1 403 "));
}

TEST_CASE("a refusal may be given later; what is sent meanwhile is thrown away", "[http]") {
  Fixture f;
  TestClient client = f.connect();
  client.send(head("/refused/later", 1'000'000));
  run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  for (int i = 0; i < 9; ++i) client.send(std::string(100'000, 'b'));
  f.echo.kept.front().respond(Status::forbidden, "text/plain", "after all");
  CHECK(client.until_end().ends_with("after all"));
  CHECK(f.echo.log.empty());
}

TEST_CASE("unfinished bodies have a budget of all and one of a peer; beyond it the answer is 503",
          "[http]") {
  Limits limits;
  limits.head_bytes_max = 1000;
  limits.body_bytes_max = 1'000'000;
  limits.pipelined_bytes_max = 1000;
  limits.incoming_bytes_max = limits.incoming_bytes_of_peer_max = 2'500'000;
  const bool chunked = GENERATE(false, true);
  Fixture f(limits);
  std::deque<TestClient> clients;
  const std::string body(999'999, 'b');  // one byte short
  for (int i = 0; i < 6; ++i) {
    clients.push_back(f.connect());
    if (chunked) {
      clients.back().send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
      clients.back().send(fmt::format("{:x}\r\n{}", body.size(), body));
    } else {
      clients.back().send(head("/a", 1'000'000) + body);
    }
  }
  std::size_t refused = 0;
  run_until(f.loop, [&] {
    refused = 0;
    for (TestClient& client : clients) refused += client.ended() ? 1 : 0;
    return refused == 4;
  });
  std::size_t served = 0;
  for (TestClient& client : clients) {
    if (client.ended()) {
      CHECK(client.received().starts_with("HTTP/1.1 503 "));
      CHECK(count(client.received(), "Retry-After: 5\r\n") == 1);
    } else {
      client.send(chunked ? "\r\n1\r\nb\r\n0\r\n\r\n" : "b");
      client.until("/a:bbb");
      ++served;
    }
  }
  CHECK(served == 2);
  // What is whole, refused or gone is no longer counted.
  TestClient late = f.connect();
  late.send(head("/late", 1'000'000) + body);
  late.send("b");
  late.until("/late:bbb");
}

TEST_CASE("a body that is announced but does not come takes no room", "[http]") {
  Limits limits;
  limits.incoming_bytes_max = limits.incoming_bytes_of_peer_max = 0;  // that is: one whole request
  Fixture f(limits);
  std::deque<TestClient> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(f.connect());
    clients.back().send(head("/a", 16 * kMiB) + "b");
  }
  run_until(f.loop, [&] { return f.echo.heads.size() == 200; });
  for (TestClient& client : clients) CHECK(!client.ended());
}

TEST_CASE("unfinished heads are counted too", "[http]") {
  Limits limits;
  limits.body_bytes_max = 1000;
  limits.incoming_bytes_max = limits.incoming_bytes_of_peer_max = 400'000;
  Fixture f(limits);
  std::deque<TestClient> clients;
  const std::string most = "GET / HTTP/1.1\r\nHost: h\r\nX-Long: " + std::string(30'000, 'x');
  for (int i = 0; i < 30; ++i) {
    clients.push_back(f.connect());
    clients.back().send(most);
  }
  std::size_t refused = 0;
  run_until(f.loop, [&] {
    refused = 0;
    for (TestClient& client : clients) refused += client.ended() ? 1 : 0;
    return refused == 17;
  });
  for (TestClient& client : clients) {
    if (client.ended()) CHECK(client.received().starts_with("HTTP/1.1 503 "));
  }
}

TEST_CASE("what is read ahead behind an answer is dropped when there is no room, not the answer",
          "[http]") {
  Limits limits;
  limits.body_bytes_max = limits.head_bytes_max = 1000;
  limits.incoming_bytes_max = limits.incoming_bytes_of_peer_max = 0;  // some 130 KiB then
  Fixture f(limits);
  std::deque<TestClient> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(f.connect());
    clients.back().send(get("/later"));
  }
  run_until(f.loop, [&] { return f.echo.kept.size() == 6; });
  std::string ahead;
  while (ahead.size() < 60'000) ahead += get("/ahead");
  for (TestClient& client : clients) client.send(ahead);
  for (int turn = 0; turn < 50; ++turn) f.loop.run_once(milliseconds(1));
  for (Exchange& exchange : f.echo.kept) exchange.respond(Status::ok, "text/plain", "first");
  std::size_t whole = 0;
  for (TestClient& client : clients) {
    client.until("first");
    run_until(f.loop, [&] {
      return client.ended() || count(client.received(), "/ahead:") == count(ahead, "/ahead");
    });
    whole += client.ended() ? 0 : 1;
  }
  CHECK(whole >= 1);
  CHECK(whole <= 3);
}

TEST_CASE("a client that sends many requests at once does not make others wait for all of them",
          "[http]") {
  Fixture f;
  TestClient greedy = f.connect();
  TestClient modest = f.connect();
  modest.send(get("/warm"));
  modest.until("/warm:");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += get("/x");
  greedy.send(many);
  f.loop.run_once(milliseconds(1));
  CHECK(f.echo.log.size() <= 1 + 2 * 16);
  modest.send(get("/modest"));
  modest.until("/modest:");
  CHECK(f.echo.log.size() < 500);
  run_until(f.loop, [&] { return greedy.take(), count(greedy.received(), "/x:") == 1000; });
}

// How many answers are made for a client that takes none.
std::size_t made_for_nobody(std::size_t answers_bytes_max) {
  Limits limits;
  limits.pipelined_answers_bytes_max = answers_bytes_max;
  Fixture f(limits);
  TestClient client = f.connect();
  const int small = 4096;
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  std::string many;
  while (many.size() < 30'000) many += get("/x");
  std::size_t made = 0;
  for (int still = 0; still < 50; still = f.echo.log.size() == made ? still + 1 : 0) {
    made = f.echo.log.size();
    ::send(client.descriptor(), many.data(), many.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    f.loop.run_once(milliseconds(1));
  }
  return made;
}

TEST_CASE("a client that does not take its answers gets no more of them made", "[http]") {
  const std::size_t few = made_for_nobody(Limits().pipelined_answers_bytes_max);
  const std::size_t many = made_for_nobody(1 * kMiB);
  CHECK(few + 4000 < many);
}

}  // namespace
}  // namespace proxy::http
