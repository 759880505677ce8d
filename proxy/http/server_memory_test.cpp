// Counts allocations of the whole program, so the counting stands in a file of its own.
#include <malloc.h>

#include <catch2/catch.hpp>

#include "base/counted_new.h"
#include "proxy/http/buffer_pool.h"
#include "proxy/http/test_client.h"

namespace proxy::http {
namespace {

// Answers at once, or at the end of the turn as calls of upstreams are.
class Answerer : public Handler {
 public:
  explicit Answerer(base::Loop& loop) : loop_(loop) {}
  void on_request(Request& request, Exchange& exchange) override {
    if (request.path() == "/now") {
      answer(exchange);
      return;
    }
    kept_ = std::move(exchange);
    loop_.turn().schedule(hook_);
  }

 private:
  static void answer(Exchange& exchange) {
    const std::array<std::string_view, 3> parts{"{\"jsonrpc\":\"2.0\",\"id\":", "7",
                                                ",\"result\":{}}"};
    const std::array fields{HeaderField{"Mcp-Session-Id", "0123456789abcdef"}};
    exchange.respond(Status::ok, "application/json", parts, fields);
  }
  void on_turn_end() { answer(kept_); }
  base::Loop& loop_;
  Exchange kept_;
  base::EndOfTurn<Answerer, &Answerer::on_turn_end> hook_{*this};
};

TEST_CASE("a request and its answer allocate nothing in steady state", "[http]") {
  base::Loop loop(1);
  Answerer answerer(loop);
  Server server(loop, Limits{}, answerer);
  TestClient client(loop, *server.listen("127.0.0.1", 0));
  client.received().reserve(1024 * 1024);
  const auto exchange_one = [&](std::string_view path) {
    const std::size_t before = client.received().size();
    std::array<char, 400> text;
    const auto end = fmt::format_to_n(text.data(), text.size(),
                                      "POST {} HTTP/1.1\r\nHost: localhost:8080\r\n"
                                      "Accept: application/json, text/event-stream\r\n"
                                      "Content-Type: application/json\r\n"
                                      "Mcp-Session-Id: 0123456789abcdef\r\n"
                                      "Content-Length: 12\r\n\r\n{{\"method\":1}}",
                                      path);
    client.send({text.data(), end.size});
    while (client.received().size() == before || !client.received().ends_with("{}}")) {
      loop.run_once(base::Milliseconds(1));
      client.take();
    }
  };
  for (const std::string_view path : {"/now", "/at-the-end-of-the-turn"}) {
    for (int warm_up = 0; warm_up < 20; ++warm_up) exchange_one(path);
    const std::size_t before = base::g_counted_allocations;
    for (int i = 0; i < 200; ++i) exchange_one(path);
    CHECK(base::g_counted_allocations - before <= 1);  // the Date header may be formatted anew
  }
}

TEST_CASE("an idle connection holds less than 4 KiB, also after large requests and answers",
          "[http]") {
  constexpr std::size_t kConnections = 1000;
  constexpr std::size_t kRequestBytes = 200'000;
  base::Loop loop(1);
  Answerer answerer(loop);
  Server server(loop, Limits{}, answerer);
  const Endpoint endpoint = *server.listen("127.0.0.1", 0);
  std::vector<TestClient> clients;
  clients.reserve(kConnections + 1);
  const std::string body(kRequestBytes, 'b');
  const std::string large = fmt::format(
      "POST /now HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  const auto connect_and_call = [&] {
    TestClient& client = clients.emplace_back(loop, endpoint);
    client.send(clients.size() % 10 == 0 ? std::string_view(large)
                                         : "GET /now HTTP/1.1\r\nHost: h\r\n\r\n");
    client.until("{}}");
    std::string().swap(client.received());
  };
  connect_and_call();
  const std::size_t before = ::mallinfo2().uordblks;
  for (std::size_t i = 0; i < kConnections; ++i) connect_and_call();
  const std::size_t after = ::mallinfo2().uordblks;
  REQUIRE(server.connection_count() == kConnections + 1);
  const std::size_t each = (after - std::min(after, before)) / kConnections;
  INFO("bytes of each idle connection: " << each);
  CHECK(each < 4096);
  // Half-received requests hold their own bytes and a parser, and give both back.
  for (TestClient& client : clients) client.send("POST /now HTTP/1.1\r\nHost: h\r\nContent-Len");
  for (int turn = 0; turn < 20; ++turn) loop.run_once(base::Milliseconds(1));
  for (TestClient& client : clients) client.send("gth: 0\r\n\r\n");
  for (TestClient& client : clients) client.until("{}}");
  for (TestClient& client : clients) std::string().swap(client.received());
  const std::size_t pooled = BufferPool::kKeptBytesMax;
  CHECK(::mallinfo2().uordblks < before + 4096 * kConnections + pooled);
}

}  // namespace
}  // namespace proxy::http
