#include "proxy/downstream/sse_endpoint.h"

#include <catch2/catch.hpp>

#include "proxy/downstream/endpoint_world.h"

namespace proxy::downstream {
namespace {

// A client with an open stream, and a connection to POST on.
struct Client {
  explicit Client(EndpointWorld& world) : stream(world.connect()), posts(world.connect()) {
    stream.send(EndpointWorld::get("/sse"));
    const std::string& head = stream.until("/messages?sessionId=");
    stream.until("\n\n\r\n");
    const std::size_t at = head.find("/messages?");
    target = stream.received().substr(at, stream.received().find('\n', at) - at);
  }
  // The status line's number.
  std::string send(std::string_view message) {
    posts.received().clear();
    posts.send(EndpointWorld::post(target, message));
    return posts.until("\r\n\r\n").substr(9, 3);
  }
  void initialize() {
    CHECK(send(EndpointWorld::initialize()) == "202");
    stream.until(R"("protocolVersion":"2025-06-18")");
  }

  http::TestClient stream, posts;
  std::string target;
};

constexpr std::string_view kCall =
    R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"call_tool",)"
    R"("arguments":{"id":"alpha:add"}}})";

TEST_CASE("answers to posted messages arrive in the stream", "[downstream]") {
  EndpointWorld world;
  Client client(world);
  client.initialize();
  CHECK(client.send(R"({"jsonrpc":"2.0","method":"notifications/initialized"})") == "202");
  CHECK(client.send(R"({"jsonrpc":"2.0","id":6,"method":"tools/list"})") == "202");
  client.stream.until(R"(data: {"jsonrpc":"2.0","id":6,"result":{"tools":[)");
}

TEST_CASE("a session begins with initialize, but answers ping before", "[downstream]") {
  EndpointWorld world;
  Client client(world);
  CHECK(client.send(R"({"jsonrpc":"2.0","id":1,"method":"ping"})") == "202");
  client.stream.until(R"("id":1,"result":{})");
  CHECK(client.send(R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})") == "202");
  client.stream.until("the session begins with initialize");
  client.initialize();
  CHECK(client.send(EndpointWorld::initialize()) == "202");
  client.stream.until("initialized already");
}

TEST_CASE("when the client goes its calls are cancelled and its session is unknown",
          "[downstream]") {
  EndpointWorld world;
  Client client(world);
  client.initialize();
  CHECK(client.send(kCall) == "202");
  CHECK(world.calls.in_flight() == 1);  // alpha never gets ready
  client.stream.close();
  http::run_until(world.loop, [&] { return world.sse_connections.size() == 0; });
  CHECK(world.calls.in_flight() == 0);
  CHECK(client.send(R"({"jsonrpc":"2.0","id":8,"method":"ping"})") == "404");
}

TEST_CASE("what cannot be a message of the session is refused with what to do", "[downstream]") {
  EndpointWorld world;
  Client client(world);
  CHECK(client.send("{bad") == "400");
  CHECK(client.send("[]") == "400");
  const auto refused = [&](std::string_view request, std::string_view status) {
    client.posts.received().clear();
    client.posts.send(request);
    client.posts.until(status);
  };
  refused(EndpointWorld::post("/messages", "{}"), "400 Bad Request");
  refused(EndpointWorld::post("/messages?sessionId=nobody", "{}"), "404 Not Found");
  refused(EndpointWorld::post("/sse", "{}"), "405 Method Not Allowed");
  refused(EndpointWorld::get("/messages"), "405 Method Not Allowed");
  refused("GET /sse HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n", "406 Not Acceptable");
  refused(fmt::format("POST {} HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n"
                      "Content-Length: 2\r\n\r\n{{}}",
                      client.target),
          "415 Unsupported Media Type");
  world.principal = security::Principal::key_holder;
  CHECK(client.send(R"({"jsonrpc":"2.0","id":9,"method":"ping"})") == "404");
}

TEST_CASE("a large message is scanned beside the loop and answered like any other",
          "[downstream]") {
  EndpointWorld world;
  Client client(world);
  client.initialize();
  const std::string padding(2 * protocol::kInlineBytesMax, 'x');
  CHECK(client.send(fmt::format(
            R"({{"jsonrpc":"2.0","id":10,"method":"ping","params":{{"x":"{}"}}}})", padding)) ==
        "202");
  client.stream.until(R"("id":10,"result":{})");
  CHECK(client.send(padding) == "400");
}

TEST_CASE("a change is told to clients that are initialized and see the upstream", "[downstream]") {
  EndpointWorld world;
  Client silent(world);
  Client client(world);
  client.initialize();
  world.sse_connections.list_changed(protocol::ListKind::tools, 0);  // /mcp shows the meta tools
  auto config = std::make_shared<config::Config>();
  config->routing_mode = config::RoutingMode::direct;
  const auto changes = world.surfaces.set_config(config);
  REQUIRE(changes.changed.size() == 1);
  world.sse_connections.surface_changed(*changes.changed[0]);
  client.stream.until("notifications/tools/list_changed");
  for (int i = 0; i < 5; ++i) world.turn();
  silent.stream.take();
  CHECK(silent.stream.received().find("list_changed") == std::string::npos);
}

TEST_CASE("an upstream's line breaks do not end an event", "[downstream]") {
  EndpointWorld world;
  Client client(world);
  const auto connection = world.sse_connections.find(
      client.target.substr(client.target.find('=') + 1), security::Principal::local);
  REQUIRE(connection != nullptr);
  const std::string_view pretty = "{\n\n\"id\":1\r\n}";
  connection->add("1", {&pretty, 1});
  client.stream.until("data: {  \"id\":1  }\n\n");
}

TEST_CASE("a drain ends quiet streams at once, and others when their calls are answered",
          "[downstream]") {
  EndpointWorld world;
  Client quiet(world);
  Client busy(world);
  busy.initialize();
  CHECK(busy.send(kCall) == "202");
  bool drained = false;
  world.server.drain(std::chrono::seconds(20), [&] { drained = true; });
  quiet.stream.until_end();
  CHECK(!busy.stream.ended());
  bool down = false;
  world.upstreams.fleet.shutdown(std::chrono::milliseconds(10), [&] { down = true; });
  busy.stream.until(R"("id":7,"result":)");
  busy.stream.until_end();
  http::run_until(world.loop, [&] { return drained && down; });
  world.down = true;
}

}  // namespace
}  // namespace proxy::downstream
