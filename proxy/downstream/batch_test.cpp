// Batches: how they share the loop and the memory.
#include "proxy/downstream/batch.h"

#include <catch2/catch.hpp>

#include "proxy/downstream/endpoint_world.h"
#include "proxy/http/test_server.h"

namespace proxy::downstream {
namespace {

constexpr std::string_view kOldest =
    R"({"jsonrpc":"2.0","id":"init","method":"initialize","params":{)"
    R"("protocolVersion":"2025-03-26","capabilities":{}}})";

std::string session_of(http::TestClient& client) {
  client.send(EndpointWorld::post("/mcp", kOldest));
  const std::string& answer = client.until(R"("protocolVersion":"2025-03-26")");
  const std::size_t at = answer.find("Mcp-Session-Id: ");
  REQUIRE(at != std::string::npos);
  std::string line = answer.substr(at, answer.find("\r\n", at) + 2 - at);
  client.received().clear();
  return line;
}

std::string batch_of(std::string_view method, std::size_t count) {
  std::string text = "[";
  for (std::size_t id = 1; id <= count; ++id) {
    text += fmt::format(R"({}{{"jsonrpc":"2.0","id":{},"method":"{}"}})", id == 1 ? "" : ",", id,
                        method);
  }
  return text + "]";
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size())) {
    ++count;
  }
  return count;
}

TEST_CASE("a request that comes behind a large batch is answered before it", "[downstream]") {
  EndpointWorld world;
  auto greedy = world.connect();
  auto other = world.connect();
  const std::string greedys = session_of(greedy);
  const std::string others = session_of(other);
  greedy.send(EndpointWorld::post("/mcp", batch_of("tools/list", 1000), greedys));
  world.turn();
  other.send(EndpointWorld::post("/mcp", R"({"jsonrpc":"2.0","id":5,"method":"ping"})", others));
  other.until(R"("id":5,"result":{}})");
  greedy.take();
  CHECK(greedy.received().empty());
  CHECK(count_of(greedy.until(R"("id":1000,)"), R"("result":)") == 1000);
}

TEST_CASE("what a batch holds is given back when its client goes", "[downstream]") {
  EndpointWorld world;
  auto client = world.connect();
  const std::string session = session_of(client);
  client.send(EndpointWorld::post("/mcp", batch_of("tools/list", 1000), session));
  world.turn();
  client.close();
  auto other = world.connect();
  const std::string others = session_of(other);
  other.send(EndpointWorld::post("/mcp", batch_of("ping", 2), others));
  CHECK(count_of(other.until(R"("id":2,)"), R"("result":{})") == 2);
}

TEST_CASE("the rest of a batch whose session ends is answered all the same", "[downstream]") {
  EndpointWorld world;
  auto client = world.connect();
  auto ender = world.connect();
  const std::string session = session_of(client);
  client.send(EndpointWorld::post("/mcp", batch_of("ping", 1000), session));
  world.turn();
  ender.send(fmt::format("DELETE /mcp HTTP/1.1\r\nHost: h\r\n{}\r\n", session));
  ender.until("HTTP/1.1 20");
  const std::string& answer = client.until(R"("id":1000,)");
  CHECK(count_of(answer, R"("jsonrpc")") == 1000);
  CHECK(answer.find("-32001") != std::string::npos);
}

TEST_CASE("an answer beyond the limit of its batch is replaced by an error, the others come",
          "[downstream]") {
  http::server_test::Fixture f;
  auto client = f.connect();
  client.send(http::server_test::get("/later"));
  http::run_until(f.loop, [&] { return f.echo.kept.size() == 1; });
  BatchRoom room;
  {
    Batch batch(std::move(f.echo.kept.front()), room.share());
    const std::string large(Batch::kAnswersBytesMax / 2 - 100, 'x');
    const std::string_view part = large;
    for (const std::string_view id : {"1", "2"}) {
      batch.expect();
      batch.add(id, {&part, 1});
      CHECK(!batch.is_full());
    }
    batch.expect();
    batch.add("3", {&part, 1});
    CHECK(batch.is_full());
    CHECK(room.held() > Batch::kAnswersBytesMax - 300);
    batch.complete();
  }
  CHECK(room.held() == 0);
  http::run_until(f.loop, [&] { return client.take(), client.received().ends_with("}}]"); });
  const std::string& answer = client.received();
  const std::size_t error = answer.find(R"("id":3,"error":)");
  REQUIRE(error != std::string::npos);
  CHECK(answer.find("too large together", error) != std::string::npos);
}

TEST_CASE("what all batches hold together has a limit", "[downstream]") {
  BatchRoom room;
  auto first = room.share();
  auto second = room.share();
  REQUIRE(first.take(BatchRoom::kBytesMax));
  CHECK(!second.take(1));
  first.give_back();
  CHECK(second.take(1));
}

}  // namespace
}  // namespace proxy::downstream
