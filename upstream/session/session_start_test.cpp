// Handshake and listing of a session.
#include <catch2/catch.hpp>

#include "upstream/session/session_world.h"

namespace upstream {
namespace {

using namespace session_test;

TEST_CASE("the handshake offers the newest legacy revision and reads what was agreed",
          "[session]") {
  World world;
  REQUIRE(world.line.sent.size() == 1);
  CHECK(world.line.sent[0].find(R"("protocolVersion":"2025-11-25")") != std::string::npos);
  CHECK(world.line.sent[0].find(R"("capabilities":{"sampling":{},"elicitation":{}})") !=
        std::string::npos);
  world.shake_hands();
  CHECK(world.listener.handshakes == 1);
  const ServerInfo& server = world.session.server();
  CHECK(server.protocol_version == "2025-06-18");
  CHECK(server.name == "s");
  CHECK(server.instructions == "be kind");
  CHECK(server.capabilities == R"({"tools":{"listChanged":true}})");
}

TEST_CASE("what a server says of itself is kept up to a size, and it runs all the same",
          "[session]") {
  World world;
  const std::string long_text(100'000, 'x');
  // Cut between characters.
  const std::string instructions = std::string(65'535, 'i') + "\u00e4";
  world.answer(R"({"protocolVersion":"2025-06-18","capabilities":{"experimental":{"a":")" +
               long_text + R"("},"tools":{"listChanged":true}},"serverInfo":{"name":")" +
               long_text + R"(","version":"2","icons":[")" + long_text + R"("]},"instructions":")" +
               instructions + "\"}");
  const ServerInfo& server = world.session.server();
  CHECK(world.listener.handshakes == 1);
  CHECK(server.name == std::string(1024, 'x'));
  CHECK(server.instructions == std::string(65'535, 'i'));
  CHECK(server.capabilities == R"({"tools":{"listChanged":true}})");
  CHECK(server.implementation == R"({"version":"2"})");
}

TEST_CASE("a revision that is fixed is the one that is offered", "[session]") {
  base::SimRuntime sim;
  FakeLine line;
  RecordingListener listener;
  SessionOptions options{
      .server_name = "db", .list_limits = {}, .offered_revision = protocol::Revision::v2025_03_26};
  ClientSession session(sim.runtime(), std::make_unique<FakeTransport>(line), listener, options);
  session.start();
  sim.settle();
  REQUIRE(line.sent.size() == 1);
  CHECK(line.sent[0].find(R"("protocolVersion":"2025-03-26")") != std::string::npos);
}

TEST_CASE("a server that refuses our revision is asked with one it names", "[session]") {
  World world;
  world.line.take_sent();
  world.line.deliver(
      R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no","data":{"supported":["2024-11-05","1999-01-01"]}}})");
  REQUIRE(world.line.sent.size() == 1);
  CHECK(world.line.sent[0].find(R"("protocolVersion":"2024-11-05")") != std::string::npos);
}

TEST_CASE("a refused, foreign or unknown handshake fails the start with a sentence", "[session]") {
  World world;
  SECTION("refused") {
    world.line.deliver(R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"not today"}})");
    REQUIRE(world.listener.start_error.has_value());
    CHECK(world.listener.start_error->message == "The server refused to initialize: not today");
  }
  SECTION("unknown revision") {
    world.answer(R"({"protocolVersion":"1999-01-01","capabilities":{}})");
    REQUIRE(world.listener.start_error.has_value());
    CHECK(world.listener.start_error->message.find("1999-01-01") != std::string::npos);
  }
  SECTION("no revision") {
    world.answer("{}");
    REQUIRE(world.listener.start_error.has_value());
  }
  CHECK(world.listener.handshakes == 0);
}

TEST_CASE("all pages of all declared lists are read, verbatim", "[session]") {
  World world;
  world.shake_hands(R"({"tools":{},"prompts":{},"resources":{}})");
  world.answer(R"({"tools":[{"name":"a"} ],"nextCursor":"p2"})");
  REQUIRE(world.line.sent.size() == 1);
  CHECK(world.line.sent[0].find(R"("params":{"cursor":"p2"})") != std::string::npos);
  world.answer(R"({"tools":[{"name":"b"}]})");
  world.answer(R"({"prompts":[]})");
  world.answer(R"({"resources":[{"uri":"x:y"}]})");
  world.answer(R"({"resourceTemplates":[]})");
  REQUIRE(world.listener.listings.size() == 1);
  const auto& tools = world.listener.listings[0].of(ListKind::tools);
  REQUIRE(tools.has_value());
  CHECK(tools->results == std::vector<std::string>{R"({"tools":[{"name":"a"} ],"nextCursor":"p2"})",
                                                   R"({"tools":[{"name":"b"}]})"});
  CHECK(tools->items == 2);
  CHECK(world.listener.listings[0].of(ListKind::resources)->items == 1);
}

TEST_CASE("a list ends at its limits and at a cursor that comes again", "[session]") {
  World world;
  world.shake_hands();
  SECTION("pages") {
    for (const char* next : {"1", "2", "3"}) {
      world.answer(R"({"tools":[{}],"nextCursor":")" + std::string(next) + "\"}");
    }
    CHECK(world.listener.listings.at(0).of(ListKind::tools)->truncated);
  }
  SECTION("items") {
    world.answer(R"({"tools":[{},{},{}],"nextCursor":"1"})");
    world.answer(R"({"tools":[{},{},{}]})");
    const auto& tools = world.listener.listings.at(0).of(ListKind::tools);
    CHECK(tools->truncated);
    CHECK(tools->items == 3);
  }
  SECTION("bytes") {
    world.answer(R"({"tools":["x)" + std::string(10'000, 'x') + "\"]}");
    CHECK(world.listener.listings.at(0).of(ListKind::tools)->truncated);
  }
  SECTION("a cursor that is too large to be kept") {
    world.answer(R"({"tools":[{}],"nextCursor":")" + std::string(101, 'x') + "\"}");
    const auto& tools = world.listener.listings.at(0).of(ListKind::tools);
    CHECK(tools->truncated);
    CHECK(tools->items == 1);
  }
  SECTION("loop") {
    world.answer(R"({"tools":[{}],"nextCursor":""})");
    world.answer(R"({"tools":[{}],"nextCursor":""})");
    CHECK(world.listener.listings.at(0).of(ListKind::tools)->items == 2);
  }
}

TEST_CASE("an undeclared tool list may be missing, a declared one may not", "[session]") {
  World world;
  SECTION("undeclared") {
    world.shake_hands("{}");
    world.line.deliver(R"({"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no"}})");
    REQUIRE(world.listener.listings.size() == 1);
    CHECK(world.listener.listings[0].of(ListKind::tools)->items == 0);
  }
  SECTION("declared") {
    world.shake_hands();
    world.answer(R"({"tools":17})");
    CHECK(world.listener.start_error.has_value());
  }
}

TEST_CASE("a burst of list_changed is read once, 200 ms after it began", "[session]") {
  World world;
  world.become_ready();
  for (int i = 0; i < 5; ++i) {
    world.line.deliver(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
    world.sim.advance(milliseconds(30));
  }
  CHECK(world.line.sent.empty());
  world.sim.advance(milliseconds(60));
  REQUIRE(world.line.sent.size() == 1);
  world.line.deliver(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
  world.answer(R"({"tools":[]})");
  REQUIRE(world.listener.listings.size() == 2);
  CHECK_FALSE(world.listener.listings[1].of(ListKind::prompts).has_value());
  world.sim.advance(milliseconds(250));
  CHECK(world.line.sent.size() == 1);  // what changed while it was read is read again
}

TEST_CASE("a renewed session has its lists read again", "[session]") {
  World world;
  world.become_ready();
  world.line.listener->on_session_renewed();
  CHECK(world.listener.renewed == 1);
  world.sim.advance(ClientSession::kRelistDelay);
  CHECK(world.line.take_sent().find("tools/list") != std::string::npos);
}

TEST_CASE("a connection lost during the handshake is told as such only", "[session]") {
  World world;
  world.line.end(FailureKind::exited, "gone");
  CHECK(world.listener.closed.has_value());
  CHECK_FALSE(world.listener.start_error.has_value());
}

TEST_CASE("destroying a session in the middle of the handshake leaves nothing behind",
          "[session]") {
  base::SimRuntime sim;
  FakeLine line;
  RecordingListener listener;
  {
    ClientSession session(sim.runtime(), std::make_unique<FakeTransport>(line), listener,
                          {"x", {}});
    session.start();
    sim.settle();
  }
  CHECK(line.destroyed);
  CHECK(sim.timers().armed_count() == 0);
}

}  // namespace
}  // namespace upstream
