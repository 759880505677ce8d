#include "upstream/session/client_session.h"

#include <catch2/catch.hpp>

#include "upstream/session/session_world.h"

namespace upstream {
namespace {

using namespace session_test;

TEST_CASE("answers find their calls in any order, and only once", "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1).ok());
  REQUIRE(world.call(2).ok());
  CHECK(
      world.line.sent[0] ==
      R"({"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo","arguments":{"x":1}}})");
  CHECK(world.session.calls_in_flight() == 2);
  world.line.deliver(R"({"jsonrpc":"2.0","id":4,"result":{"b":2}})");
  world.line.deliver(R"({"jsonrpc":"2.0","id":3,"error":{"code":-5,"message":"m"}})");
  world.line.deliver(R"({"jsonrpc":"2.0","id":4,"result":{}})");
  world.line.deliver(R"({"jsonrpc":"2.0","id":"3","result":{}})");
  CHECK(world.sink.log ==
        std::vector<std::string>{R"(result 2 {"b":2})", R"(error 1 {"code":-5,"message":"m"})"});
  CHECK(world.session.late_answers() == 1);
  CHECK(world.session.calls_in_flight() == 0);
  CHECK(world.listener.calls_over == 2);
}

TEST_CASE("a call over its deadline fails, is cancelled upstream, and its late answer is dropped",
          "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1).ok());
  world.line.sent.clear();
  world.sim.advance(seconds(11));
  CHECK(world.sink.log == std::vector<std::string>{"failed 1 MCPT_DEADLINE_EXCEEDED"});
  REQUIRE(world.line.sent.size() == 1);
  CHECK(world.line.sent[0].find("notifications/cancelled") != std::string::npos);
  CHECK(world.line.sent[0].find(R"("requestId":3)") != std::string::npos);
  world.line.deliver(R"({"jsonrpc":"2.0","id":3,"result":{}})");
  CHECK(world.sink.log.size() == 1);
  CHECK(world.session.late_answers() == 1);
}

TEST_CASE("a cancelled call is told to the upstream and to nobody else", "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1).ok());
  CHECK(world.session.cancel(1));
  CHECK_FALSE(world.session.cancel(1));
  CHECK(world.line.sent.back().find("notifications/cancelled") != std::string::npos);
  world.line.deliver(R"({"jsonrpc":"2.0","id":3,"result":{}})");
  world.sim.advance(seconds(20));
  CHECK(world.sink.log.empty());
}

TEST_CASE("progress comes back with the caller's token, of its own type", "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1, R"("tok")").ok());
  REQUIRE(world.call(2, "77").ok());
  REQUIRE(world.call(3).ok());
  CHECK(world.line.sent[0].find(R"("_meta":{"progressToken":3})") != std::string::npos);
  CHECK(world.line.sent[2].find("progressToken") == std::string::npos);
  const auto progress = [](std::string_view token) {
    return R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" +
           std::string(token) + R"(,"progress":1}})";
  };
  for (const char* token : {"3", "4", "5", "\"3\"", "99"}) world.line.deliver(progress(token));
  CHECK(world.sink.log == std::vector<std::string>{"progress 1 " + progress(R"("tok")"),
                                                   "progress 2 " + progress("77")});
}

TEST_CASE("a forwarded request keeps all but its name, id and token", "[session]") {
  World world;
  world.become_ready();
  const std::string bytes =
      R"({"jsonrpc":"2.0","id":"mine","method":"tools/call","params":{"name":"db__echo",)"
      "\n"
      R"("arguments":{},"_meta":{"a":1,"progressToken":"t"},"task":{"ttl":5}}})";
  const protocol::Scanned request = protocol::scan(bytes);
  REQUIRE(request.ok());
  CallSpec spec;
  spec.request = &*request;
  spec.name = "echo";
  spec.progress_token = request->progress_token;
  spec.deadline = seconds(5);
  spec.sink = &world.sink;
  const std::string sent =
      R"({"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo", )"
      R"("arguments":{},"_meta":{"a":1,"progressToken":3},"task":{"ttl":5}}})";
  SECTION("at once") {
    REQUIRE(world.session.call(spec, 1).ok());
  }
  SECTION("after it was stored") {
    const StoredCall stored(spec);
    REQUIRE(stored.with_spec([&](const CallSpec& s) { return world.session.call(s, 1); }).ok());
  }
  CHECK(world.line.sent.at(0) == sent);
}

TEST_CASE("garbage is counted and harms no call", "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1).ok());
  world.line.deliver("Server listening on stdio");
  world.line.deliver("{\"jsonrpc\":\"2.0\"");
  world.line.deliver("");
  world.line.deliver(R"({"jsonrpc":"2.0","id":999,"result":{}})");
  CHECK(world.session.garbage_messages() == 4);
  CHECK(world.session.first_garbage() == "Server listening on stdio");
  CHECK(world.sink.log.empty());
  world.line.deliver(R"([{"jsonrpc":"2.0","id":3,"result":{"ok":1}}])");  // a batch
  CHECK(world.sink.log == std::vector<std::string>{R"(result 1 {"ok":1})"});
}

TEST_CASE("an answer that is damaged or too large fails its call alone", "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1).ok());
  REQUIRE(world.call(2).ok());
  REQUIRE(world.call(3).ok());
  world.line.listener->on_oversized("4");
  CHECK(world.sink.log == std::vector<std::string>{"failed 2 MCPT_TOO_LARGE"});
  world.line.deliver(R"({"jsonrpc":"2.0","id":3,"result":{"a":1,"a":2}})");
  CHECK(world.sink.log.back() == "failed 1 MCPT_PROTOCOL_ERROR");
  CHECK(world.session.calls_in_flight() == 1);
}

TEST_CASE("a request that its transport gave up on fails alone, as what it was", "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1).ok());
  REQUIRE(world.call(2).ok());
  world.line.listener->on_request_failed(
      "4", {FailureKind::http_status, 500, "HTTP 500", "look there", {}, {}});
  world.line.listener->on_request_failed("99", {});
  CHECK(world.sink.log == std::vector<std::string>{"failed 2 MCPT_HTTP_STATUS"});
  CHECK(world.session.calls_in_flight() == 1);
  CHECK(world.listener.calls_over == 1);
}

TEST_CASE("requests of the server: ping is answered, others are refused unless kept", "[session]") {
  World world;
  world.become_ready();
  world.line.deliver(R"({"jsonrpc":"2.0","id":"p","method":"ping"})");
  CHECK(world.line.take_sent() == R"({"jsonrpc":"2.0","id":"p","result":{}})");
  const char* ask = R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})";
  world.line.deliver(ask);
  CHECK(world.line.take_sent().find(R"("id":7,"error":{"code":-32601)") != std::string::npos);
  world.listener.keeps_requests = true;
  world.line.deliver(ask);
  CHECK(world.line.sent.empty());
  CHECK(world.session.answer("7", false, R"({"roots":[]})"));
  CHECK(world.line.take_sent() == R"({"jsonrpc":"2.0","id":7,"result":{"roots":[]}})");
}

TEST_CASE("a request of the server is said to be of whose calls it has", "[session]") {
  World world;
  world.become_ready();
  const char* ask = R"({"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}})";
  world.line.deliver(ask);
  REQUIRE(world.call(1, {}, 11).ok());
  world.line.deliver(ask);
  REQUIRE(world.call(2, {}, 12).ok());
  world.line.deliver(ask);
  CHECK(world.listener.requests == std::vector<std::string>{"0 7 sampling/createMessage",
                                                            "11 7 sampling/createMessage",
                                                            "0 7 sampling/createMessage"});
}

TEST_CASE("a request in the answer to a call is that caller's, whoever else calls", "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1, {}, 11).ok());
  REQUIRE(world.call(2, {}, 12).ok());
  const std::string request = world.line.take_sent();
  const protocol::Scanned first = protocol::scan(request);
  world.line.listener->on_related_message(
      first->id, R"({"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}})");
  CHECK(world.listener.requests == std::vector<std::string>{"11 7 sampling/createMessage"});
}

constexpr std::string_view kLog =
    R"({"jsonrpc":"2.0","method":"notifications/message","params":{"data":"of 11"}})";
const std::string kLogOf = R"( notifications/message{"data":"of 11"})";

TEST_CASE("a log message behind its call is not the next caller's", "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1, {}, 11).ok());
  world.answer("{}");
  world.line.deliver(kLog);
  REQUIRE(world.call(2, {}, 12).ok());
  world.line.deliver(kLog);
  CHECK(world.listener.notifications == std::vector{"11" + kLogOf, "0" + kLogOf});
}

TEST_CASE("what comes in the answer to a call is that caller's, and nobody's behind its end",
          "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1, {}, 11).ok());
  const std::string request = world.line.take_sent();
  const std::string id(protocol::scan(request)->id);
  REQUIRE(world.call(2, R"("of 12")", 12).ok());
  const std::string other(protocol::scan(world.line.take_sent())->id);
  world.line.listener->on_related_message(id, kLog);
  world.line.listener->on_related_message(
      id, R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,)"
          R"("progressToken":)" +
              other + "}}");
  CHECK(world.sink.log.empty());
  REQUIRE(world.session.cancel(1));
  world.line.listener->on_related_message(id, kLog);
  CHECK(world.listener.notifications == std::vector{"11" + kLogOf, "0" + kLogOf});
}

TEST_CASE("the last words of a server go to the only client they can be of", "[session]") {
  const Failure failure{FailureKind::exited, 1, "exited with code 1", {}, {}, {}, "secret of 11"};
  const std::string plain =
      "The connection to server 'db' was lost during the call: exited with code 1";
  World alone;
  alone.become_ready();
  REQUIRE(alone.call(1, {}, 11).ok());
  alone.line.listener->on_closed(failure);
  CHECK(alone.sink.last_error.message == plain + ": secret of 11");
  // Who looks at the server later is anybody.
  CHECK(alone.listener.calls_failed.back().message == plain);
  CHECK(alone.listener.closed->message == "exited with code 1");

  World shared;
  shared.become_ready();
  REQUIRE(shared.call(1, {}, 11).ok());
  shared.answer("{}");
  REQUIRE(shared.call(2, {}, 12).ok());
  shared.line.listener->on_closed(failure);
  CHECK(shared.sink.last_error.message == plain);

  World unused;
  unused.become_ready();
  unused.line.listener->on_closed(failure);
  CHECK(unused.listener.closed->message == "exited with code 1: secret of 11");
}

TEST_CASE("a request that the server takes back is told, one while it is stopped is not",
          "[session]") {
  World world;
  world.become_ready();
  world.line.deliver(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}})");
  CHECK(world.listener.requests == std::vector<std::string>{"cancelled \"q\""});
  world.session.close();
  world.line.deliver(R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})");
  CHECK(world.listener.requests.size() == 1);
}

TEST_CASE("a lost connection fails every call once and ends the session", "[session]") {
  World world;
  world.become_ready();
  for (CallTag tag = 1; tag <= 3; ++tag) REQUIRE(world.call(tag).ok());
  world.line.end(FailureKind::exited, "it exited with code 1");
  CHECK(world.sink.log.size() == 3);
  CHECK(world.sink.log[0] == "failed 1 MCPT_CONNECTION_LOST");
  REQUIRE(world.listener.closed.has_value());
  CHECK(world.listener.closed->message == "it exited with code 1");
  CHECK_FALSE(world.call(4).ok());
  CHECK(world.listener.calls_over == 0);
}

TEST_CASE("a session that is being closed still delivers answers but sends nothing", "[session]") {
  World world;
  world.become_ready();
  REQUIRE(world.call(1).ok());
  world.session.close();
  CHECK(world.line.closed);
  CHECK_FALSE(world.call(2).ok());
  world.line.deliver(R"({"jsonrpc":"2.0","id":3,"result":{}})");
  CHECK(world.sink.log == std::vector<std::string>{"result 1 {}"});
}

TEST_CASE("a server that does not read its input refuses the call at once", "[session]") {
  World world;
  world.become_ready();
  world.line.full = true;
  const base::Result<void> refused = world.call(1);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::overloaded);
  CHECK(world.session.calls_in_flight() == 0);
}

}  // namespace
}  // namespace upstream
