// REST through a real HTTP server on loopback.
#include <catch2/catch.hpp>

#include "proxy/rest/test_world.h"

namespace proxy::rest {
namespace {

TEST_CASE("data comes in the envelope, with a request id of its own") {
  World world;
  const std::string first = world.ask("GET", "/api/v1/servers");
  CHECK(first.starts_with("HTTP/1.1 200"));
  CHECK(has(first, R"({"success":true,"data":{"servers":[{"name":"git hub")"));
  CHECK(has(first, R"("event_id":"1-4"},"request_id":"1-1"})"));
  CHECK(has(world.ask("GET", "/api/v1/status"), R"("request_id":"1-2"})"));
}

TEST_CASE("names in paths are percent-decoded") {
  World world;
  CHECK(has(world.ask("GET", "/api/v1/servers/git%20hub"), R"("why":{"summary":)"));
  CHECK(has(world.ask("GET", "/api/v1/tools/git%20hub%3Acreate%2Fissue"),
            R"("id":"git hub:create/issue")"));
}

TEST_CASE("an error has its status, code, message and remedy") {
  World world;
  const std::string answer = world.ask("GET", "/api/v1/servers/githb");
  CHECK(answer.starts_with("HTTP/1.1 404"));
  CHECK(has(answer, R"({"success":false,"error":{"code":"MCPT_NOT_FOUND",)"
                    R"("message":"there is no \"githb\"","remedy":"Did you mean git hub?"})"));
}

TEST_CASE("a probe may ask for the head only") {
  World world;
  const std::string answer = world.ask("HEAD", "/healthz");
  CHECK(answer.starts_with("HTTP/1.1 200"));
  CHECK(answer.ends_with("\r\n\r\n"));
  CHECK(world.ask("HEAD", "/metrics").starts_with("HTTP/1.1 200"));
}

TEST_CASE("an unknown path is 404, a wrong method 405 with those allowed") {
  World world;
  CHECK(world.ask("GET", "/api/v1/nonsense").starts_with("HTTP/1.1 404"));
  CHECK(world.ask("GET", "/nonsense").starts_with("HTTP/1.1 404"));
  const std::string answer = world.ask("DELETE", "/api/v1/servers");
  CHECK(answer.starts_with("HTTP/1.1 405"));
  CHECK(has(answer, "Allow: GET, POST\r\n"));
}

TEST_CASE("what a head says wrong is answered before the body comes") {
  World world;
  struct Row {
    std::string_view line, type, status;
  };
  for (const Row& row :
       std::initializer_list<Row>{{"POST /nonsense", "application/json", "404"},
                                  {"POST /api/v1/nonsense", "application/json", "404"},
                                  {"POST /healthz", "application/json", "405"},
                                  {"GET /healthz", "application/json", "400"},
                                  {"PUT /api/v1/servers", "application/json", "405"},
                                  {"POST /api/v1/servers", "text/plain", "415"}}) {
    CAPTURE(row.line, row.type);
    http::TestClient client = world.connect();
    client.send(fmt::format(
        "{} HTTP/1.1\r\nHost: h\r\nContent-Type: {}\r\nContent-Length: 9999999\r\n\r\n{{", row.line,
        row.type));
    CHECK(client.until_end().starts_with(fmt::format("HTTP/1.1 {}", row.status)));
  }
}

TEST_CASE("bad queries and bodies are 400, foreign content types 415") {
  World world;
  for (const char* target :
       {"/api/v1/tools?limit=0", "/api/v1/tools?limit=501", "/api/v1/tools?limt=1",
        "/api/v1/index/search?q=a&limit=0", "/api/v1/index/search?q=%", "/api/v1/servers?x=1",
        "/api/v1/servers/a/logs?lines=-1", "/events?type=x"}) {
    CAPTURE(target);
    CHECK(world.ask("GET", target).starts_with("HTTP/1.1 400"));
  }
  CHECK(world.ask("POST", "/api/v1/tools/call", "{").starts_with("HTTP/1.1 400"));
  http::TestClient client = world.connect();
  client.send(
      "POST /api/v1/tools/call HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
      "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(client.until_end().starts_with("HTTP/1.1 415"));
  CHECK(world.service.log.empty());
}

TEST_CASE("search and paging reach the service with their values") {
  World world;
  CHECK(has(world.ask("GET", "/api/v1/index/search?q=a+b&limit=3&server=git%20hub&read_only=true"),
            R"("results":[{"id":"git hub:create/issue")"));
  CHECK(has(world.ask("GET", "/api/v1/tools?limit=7&cursor=c%2F1"), R"("next_cursor":"next")"));
  CHECK(world.service.log == std::vector<std::string>{"search a b 3 git hub true", "tools 7 c/1"});
}

TEST_CASE("a search says how it read the query, and on request why it ranks so") {
  World world;
  const std::string plain = world.ask("GET", "/api/v1/index/search?q=make+isue");
  CHECK(has(plain, R"("respelled":{"isue":"issue"})"));
  CHECK(!has(plain, "explanation"));
  CHECK(has(world.ask("GET", "/api/v1/index/search?q=make+isue&explain=true"),
            R"("explanation":{"terms":[{"word":"make","term":"creat","reason":"synonym",)"
            R"("score":0.5,"fields":{"name":0.5}}])"));
  CHECK(has(world.ask("GET", "/api/v1/index/search"), "HTTP/1.1 200"));
}

TEST_CASE("activity is asked for by server, outcome and page") {
  World world;
  CHECK(has(world.ask("GET", "/api/v1/activity?limit=2&before=50&server=git%20hub&failures=true"),
            R"("tool":"create/issue","actor":"","success":false,"code":"MCPT_DEADLINE_EXCEEDED")"));
  CHECK(world.service.log == std::vector<std::string>{"activity 50 2 git hub true"});
  CHECK(has(world.ask("GET", "/api/v1/activity"), R"("next_before":41})"));
  CHECK(has(world.ask("GET", "/api/v1/activity?limit=1001"), "HTTP/1.1 400"));
}

TEST_CASE("a command answers when it is done") {
  World world;
  http::TestClient client = world.connect();
  World::send(client, "POST", "/api/v1/servers/git%20hub/disable");
  http::run_until(world.loop, [&] { return !world.service.later.empty(); });
  CHECK(client.received().empty());
  world.service.answer_all();
  CHECK(has(client.until_end(), R"({"server":"git hub","action":"disable","changed":true)"));
  CHECK(world.service.log == std::vector<std::string>{"disable git hub"});
}

TEST_CASE("a group action tells of failed members") {
  World world;
  const std::string answer = world.ask("POST", "/api/v1/groups/db/enable", "{}");
  CHECK(answer.starts_with("HTTP/1.1 200"));
  CHECK(has(answer, R"("partial_failure":true,"failed_servers":[{"server":"a","error":{)"));
}

TEST_CASE("a call answers the tool's result as data, at once or later") {
  World world;
  world.service.answers_at_once = true;
  const std::string body = R"({"id":"git hub:create/issue","arguments":{"a":1}})";
  CHECK(has(world.ask("POST", "/api/v1/tools/call", body),
            R"({"success":true,"data":{"content":[]},"request_id":)"));
  world.service.answers_at_once = false;
  http::TestClient client = world.connect();
  World::send(client, "POST", "/api/v1/tools/call", body);
  http::run_until(world.loop, [&] { return !world.service.later.empty(); });
  world.service.answer_all();
  CHECK(has(client.until_end(), R"("data":{"content":[]})"));
  CHECK(world.service.log.back() == R"(call git hub:create/issue {"a":1})");
}

TEST_CASE("a call whose client goes away is cancelled") {
  World world;
  {
    http::TestClient client = world.connect();
    World::send(client, "POST", "/api/v1/tools/call", R"({"id":"a:b"})");
    http::run_until(world.loop, [&] { return !world.service.later.empty(); });
    CHECK(world.service.calls_let_go == 0);
  }
  http::run_until(world.loop, [&] { return world.service.calls_let_go == 1; });
  world.service.answer_all();  // harmless
}

TEST_CASE("health, readiness and metrics stand outside the envelope") {
  World world;
  CHECK(has(world.ask("GET", "/healthz"), R"({"status":"ok"})"));
  CHECK(has(world.ask("GET", "/readyz"), R"({"status":"ready"})"));
  world.service.ready = false;
  const std::string not_ready = world.ask("GET", "/readyz");
  CHECK(not_ready.starts_with("HTTP/1.1 503"));
  CHECK(has(not_ready, "the disk is full"));
  CHECK(world.ask("GET", "/healthz").starts_with("HTTP/1.1 200"));
  CHECK(has(world.ask("GET", "/metrics"), "Content-Type: text/plain; version=0.0.4"));
}

TEST_CASE("a refused request gets the verdict's status in the envelope") {
  World world;
  struct Refusing final : http::Handler {
    explicit Refusing(Api& api) : api_(api) {}
    void on_request(http::Request&, http::Exchange& exchange) override {
      security::Verdict verdict;
      verdict.status = http::Status::unauthorized;
      verdict.message = "the key is missing";
      api_.refuse(exchange, verdict);
    }
    Api& api_;
  } refusing(world.api);
  http::Server server(world.loop, {}, refusing);
  http::TestClient client(world.loop, *server.listen("127.0.0.1", 0));
  World::send(client, "GET", "/api/v1/status");
  const std::string answer = client.until_end();
  CHECK(answer.starts_with("HTTP/1.1 401"));
  CHECK(has(answer, "WWW-Authenticate: Bearer"));
  CHECK(has(answer, "MCPT_UNAUTHORIZED"));
}

events::Event state(const std::string& server) {
  return events::ServerStateChanged{server, {}, "idle", "ready", ""};
}

TEST_CASE("events are streamed as they happen, after those missed since Last-Event-ID") {
  World world;
  world.bus.publish(state("a"));
  world.bus.publish(state("b"));
  http::TestClient client = world.connect();
  World::send(client, "GET", "/events", "", "Last-Event-ID: 1-1\r\n");
  CHECK(has(client.until("1-2"), "id: 1-2\nevent: server_state_changed\ndata: {\"id\":\"1-2\""));
  CHECK_FALSE(has(client.received(), "id: 1-1\n"));
  world.bus.publish(state("c"));
  client.until("id: 1-3\n");
  CHECK(has(client.received(), "text/event-stream"));
}

TEST_CASE("a stream that starts after a gap says so") {
  World world;
  world.bus.publish(state("a"));
  http::TestClient client = world.connect();
  World::send(client, "GET", "/events?after=0-77");
  client.until("event: gap\ndata: {\"type\":\"gap\",\"from\":\"0-77\",\"to\":\"1-1\"}");
}

TEST_CASE("without follow, what is kept is answered and the answer ends") {
  World world;
  world.bus.publish(state("a"));
  world.bus.publish(state("b"));
  const std::string all = world.ask("GET", "/events?follow=false&replay=all");
  CHECK(has(all, "id: 1-1\n"));
  CHECK(has(all, "id: 1-2\n"));
  const std::string some = world.ask("GET", "/events?follow=false&replay=all&server=b");
  CHECK_FALSE(has(some, "id: 1-1\n"));
  CHECK(has(some, "id: 1-2\n"));
  CHECK(has(world.ask("GET", "/events?follow=false&after=9-9"), "event: gap"));
  CHECK_FALSE(has(world.ask("GET", "/events?follow=false"), "id: "));
}

TEST_CASE("call events come only to streams that ask for them") {
  World world;
  http::TestClient plain = world.connect();
  World::send(plain, "GET", "/events");
  plain.until("retry");
  CHECK_FALSE(world.calls.watched());
  http::TestClient watcher = world.connect();
  World::send(watcher, "GET", "/events?calls=true");
  watcher.until("retry");
  REQUIRE(world.calls.watched());
  world.calls.publish([] {
    events::CallEvent call;
    call.tool = "get_me";
    return call;
  });
  world.bus.publish(state("a"));
  CHECK(has(watcher.until("get_me"), "event: call\ndata: {"));
  plain.until("id: 1-1\n");
  CHECK_FALSE(has(plain.received(), "get_me"));
}

TEST_CASE("events of what never was are refused, of what is gone they are told") {
  World world;
  world.bus.publish(state("gone"));
  CHECK(has(world.ask("GET", "/events?server=gone&replay=all&follow=false"), "gone"));
  CHECK(has(world.ask("GET", "/events?server=nix&follow=false"), "404 Not Found"));
  CHECK(has(world.ask("GET", "/events?group=nix&follow=false"), "404 Not Found"));
  CHECK(has(world.ask("GET", "/api/v1/activity?server=nix"), "404 Not Found"));
}

TEST_CASE("paths that are only read name the method they take") {
  World world;
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/events"}) {
    const std::string answer = world.ask("POST", path);
    CHECK(has(answer, "405 Method Not Allowed"));
    CHECK(has(answer, "Allow: GET"));
  }
}

TEST_CASE("a stream ends with its client, and with a draining server") {
  World world;
  {
    http::TestClient client = world.connect();
    World::send(client, "GET", "/events?calls=true");
    client.until("retry");
    CHECK(world.bus.subscriber_count() == 1);
  }
  http::run_until(world.loop, [&] { return world.bus.subscriber_count() == 0; });
  CHECK_FALSE(world.calls.watched());

  http::TestClient client = world.connect();
  World::send(client, "GET", "/events");
  client.until("retry");
  bool drained = false;
  world.server.drain(std::chrono::seconds(5), [&] { drained = true; });
  CHECK(client.until_end().ends_with("0\r\n\r\n"));
  http::run_until(world.loop, [&] { return drained; });
  CHECK(world.bus.subscriber_count() == 0);
}

TEST_CASE("a client that does not read is paused, hears of its gap, and delays nobody") {
  World world;
  http::TestClient stuck = world.connect();
  World::send(stuck, "GET", "/events");
  http::TestClient quick = world.connect();
  World::send(quick, "GET", "/events?server=git%20hub");
  quick.until("retry");
  http::run_until(world.loop, [&] { return world.bus.subscriber_count() == 2; });
  // Far more than sockets and queues hold, in turns of less than the ring.
  events::ServerStateChanged large{"a", {}, "idle", "ready", std::string(60'000, 'x')};
  for (int i = 0; i < 20; ++i) {
    for (int n = 0; n < 50; ++n) world.bus.publish(large);
    world.loop.run_once(base::Milliseconds(0));
  }
  world.bus.publish(state("git hub"));
  CHECK(has(quick.until("id: 1-1001\n"), "git hub"));
  stuck.until("event: gap");
}

}  // namespace
}  // namespace proxy::rest
