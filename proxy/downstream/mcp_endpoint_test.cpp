#include "proxy/downstream/mcp_endpoint.h"

#include <catch2/catch.hpp>

#include "proxy/downstream/endpoint_world.h"

namespace proxy::downstream {
namespace {

constexpr std::string_view kList = R"({"jsonrpc":"2.0","id":5,"method":"tools/list"})";

// Opens a session at `target` and returns the header line that names it.
std::string session_header(http::TestClient& client, std::string_view target) {
  client.received().clear();
  client.send(EndpointWorld::post(target, EndpointWorld::initialize()));
  const std::string& answer = client.until(R"("protocolVersion":"2025-06-18")");
  const std::size_t at = answer.find("Mcp-Session-Id: ");
  REQUIRE(at != std::string::npos);
  return answer.substr(at, answer.find("\r\n", at) + 2 - at);
}

const std::string& exchange(http::TestClient& client, std::string_view request,
                            std::string_view expected) {
  client.received().clear();
  client.send(request);
  return client.until(expected);
}

TEST_CASE("a server's surface lists its tools by their own names, a group's by flat ones",
          "[downstream]") {
  EndpointWorld world;
  auto client = world.connect();
  const std::string own = session_header(client, "/mcp/servers/alpha");
  exchange(client, EndpointWorld::post("/mcp/servers/alpha", kList, own), R"("name":"add")");
  const std::string flat = session_header(client, "/mcp/groups/all%20of%20them");
  exchange(client, EndpointWorld::post("/mcp/groups/all%20of%20them", kList, flat),
           R"("name":"alpha__add")");
}

TEST_CASE("a session is unknown on every surface but its own", "[downstream]") {
  EndpointWorld world;
  auto client = world.connect();
  const std::string session = session_header(client, "/mcp/all");
  exchange(client, EndpointWorld::post("/mcp/all", kList, session), "alpha__add");
  for (const char* path : {"/mcp", "/mcp/call", "/mcp/servers/alpha"}) {
    CAPTURE(path);
    exchange(client, EndpointWorld::post(path, kList, session), "404 Not Found");
    client.until("-32001");
  }
}

TEST_CASE("what a message's head says wrong is answered before its body comes", "[downstream]") {
  EndpointWorld world;
  struct Row {
    std::string_view line, type, status;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"POST /mcp/servers/none", "application/json", "404 Not Found"},
           {"POST /mcp", "text/plain", "415 Unsupported Media Type"},
           {"POST /mcp", "application/json\r\nAccept: text/html", "406 Not Acceptable"},
           {"PUT /mcp", "application/json", "405 Method Not Allowed"},
           {"GET /mcp", "application/json\r\nAccept: text/event-stream", "400 Bad Request"},
           {"DELETE /mcp", "application/json", "400 Bad Request"},
           {"POST /sse", "application/json", "405 Method Not Allowed"},
           {"GET /sse", "application/json", "400 Bad Request"},
           {"POST /messages?sessionId=none", "application/json", "404 Not Found"}}) {
    CAPTURE(row.line, row.type);
    auto client = world.connect();
    client.send(fmt::format(
        "{} HTTP/1.1\r\nHost: h\r\nContent-Type: {}\r\nContent-Length: 9999999\r\n\r\n{{", row.line,
        row.type));
    CHECK(client.until_end().find(row.status) != std::string::npos);
  }
}

TEST_CASE("a message that comes in two pieces is taken like one that comes whole", "[downstream]") {
  EndpointWorld world;
  auto client = world.connect();
  const std::string message = EndpointWorld::post("/mcp/all", EndpointWorld::initialize());
  const std::size_t body = message.find("\r\n\r\n") + 4;
  client.send(message.substr(0, body));
  for (int turn = 0; turn < 5; ++turn) world.loop.run_once(base::Milliseconds(1));
  client.send(message.substr(body));
  client.until(R"("protocolVersion":"2025-06-18")");
}

TEST_CASE("an unknown server or group is 404 with the nearest name, a held server says why",
          "[downstream]") {
  EndpointWorld world;
  auto client = world.connect();
  exchange(client, EndpointWorld::post("/mcp/servers/alpa", EndpointWorld::initialize()),
           "404 Not Found");
  client.until("Did you mean alpha?");
  exchange(client, EndpointWorld::post("/mcp/groups/all%20of", EndpointWorld::initialize()),
           "Did you mean all of them?");
  exchange(client, EndpointWorld::post("/mcp/servers/%2", EndpointWorld::initialize()),
           "400 Bad Request");
  exchange(client, EndpointWorld::post("/mcp/servers/beta", EndpointWorld::initialize()),
           "mcptrunk servers enable beta");
}

TEST_CASE("a call that its client cancels is recorded once, by the tool's own name and the caller",
          "[downstream]") {
  EndpointWorld world;
  auto client = world.connect();
  const std::string session = session_header(client, "/mcp/all");
  client.send(EndpointWorld::post(
      "/mcp/all",
      R"({"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"alpha__add"}})", session));
  http::run_until(world.loop, [&] { return world.calls.in_flight() == 1; });
  CHECK(world.recorded.ended.empty());
  auto other = world.connect();
  exchange(other,
           EndpointWorld::post(
               "/mcp/all",
               R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}})",
               session),
           "202 Accepted");
  CHECK(world.recorded.ended == std::vector<std::string>{"alpha:add cancelled by local"});
  CHECK(world.calls.in_flight() == 0);
}

TEST_CASE("the stream of a surface that is removed ends", "[downstream]") {
  EndpointWorld world;
  auto client = world.connect();
  const std::string session = session_header(client, "/mcp/groups/all%20of%20them");
  auto listener = world.connect();
  listener.send(EndpointWorld::get("/mcp/groups/all%20of%20them", session));
  listener.until(": keep-alive");
  const auto changes = world.surfaces.set_config(std::make_shared<config::Config>());
  for (const auto& surface : changes.removed) world.streams.surface_removed(*surface);
  listener.until("\r\n0\r\n\r\n");
  CHECK(world.streams.size() == 0);
}

TEST_CASE("a change is told to the streams that show it, and to no others", "[downstream]") {
  EndpointWorld world;
  auto client = world.connect();
  auto of_alpha = world.connect();
  of_alpha.send(
      EndpointWorld::get("/mcp/servers/alpha", session_header(client, "/mcp/servers/alpha")));
  of_alpha.until(": keep-alive");
  auto of_meta = world.connect();
  of_meta.send(EndpointWorld::get("/mcp/call", session_header(client, "/mcp/call")));
  of_meta.until(": keep-alive");
  world.streams.list_changed(protocol::ListKind::tools, 1);
  world.streams.list_changed(protocol::ListKind::tools, 0);
  of_alpha.until("notifications/tools/list_changed");
  for (int i = 0; i < 5; ++i) world.turn();
  of_meta.take();
  CHECK(of_meta.received().find("list_changed") == std::string::npos);
}

}  // namespace
}  // namespace proxy::downstream
