#include "upstream/session/client_session.h"

#include <catch2/catch.hpp>
#include <optional>
#include <vector>

#include "base/sim_runtime.h"
#include "protocol/envelope.h"
#include "protocol/splice.h"
#include "upstream/session/fake_transport.h"

namespace upstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct RecordingSink final : CallSink {
  void on_result(CallTag tag, std::string_view result, const protocol::Envelope&) override {
    log.push_back("result " + std::to_string(tag) + " " + std::string(result));
  }
  void on_error(CallTag tag, std::string_view error, const protocol::Envelope&) override {
    log.push_back("error " + std::to_string(tag) + " " + std::string(error));
  }
  void on_progress(CallTag tag, const protocol::Envelope& message,
                   std::string_view token) override {
    std::string bytes;
    protocol::append_progress(bytes, message, token);
    log.push_back("progress " + std::to_string(tag) + " " + bytes);
  }
  void on_failed(CallTag tag, const base::Error& error) override {
    log.push_back("failed " + std::to_string(tag) + " " + std::string(base::to_string(error.code)));
  }
  std::vector<std::string> log;
};

struct RecordingListener final : SessionListener {
  void on_handshaken(const ServerInfo&) override { ++handshakes; }
  void on_listing(Listing listing) override { listings.push_back(std::move(listing)); }
  void on_start_failed(const base::Error& error) override { start_error = error; }
  void on_notification(std::string_view method, std::string_view params) override {
    notifications.push_back(std::string(method) + std::string(params));
  }
  bool on_server_request(CallerKey caller, std::string_view raw_id, std::string_view method,
                         std::string_view) override {
    requests.push_back(std::to_string(caller) + " " + std::string(raw_id) + " " +
                       std::string(method));
    return keeps_requests;
  }
  void on_server_request_cancelled(std::string_view raw_id) override {
    requests.push_back("cancelled " + std::string(raw_id));
  }
  void on_renewed() override { ++renewed; }
  void on_call_over() override { ++calls_over; }
  void on_call_failed(const base::Error& error) override { calls_failed.push_back(error); }
  void on_closed(const Failure& failure) override { closed = failure; }

  int handshakes = 0;
  int renewed = 0;
  int calls_over = 0;
  std::vector<base::Error> calls_failed;
  bool keeps_requests = false;
  std::vector<std::string> requests;
  std::vector<Listing> listings;
  std::vector<std::string> notifications;
  std::optional<base::Error> start_error;
  std::optional<Failure> closed;
};

struct World {
  World() {
    session.start();
    sim.settle();
  }
  // Answers the oldest unanswered request of ours with a result.
  void answer(std::string_view result) {
    const std::string request = line.take_sent();
    CAPTURE(request);
    const protocol::Scanned scanned = protocol::scan(request);
    REQUIRE(scanned.ok());
    REQUIRE_FALSE(scanned->id.empty());
    std::string bytes;
    protocol::append_response(bytes, scanned->id, result);
    line.deliver(bytes);
  }
  void shake_hands(std::string_view capabilities = R"({"tools":{"listChanged":true}})") {
    answer(R"({"protocolVersion":"2025-06-18","capabilities":)" + std::string(capabilities) +
           R"(,"serverInfo":{"name":"s","version":"2"},"instructions":"be kind"})");
    CHECK(line.take_sent() == R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }
  void become_ready() {
    shake_hands();
    answer(R"({"tools":[{"name":"a"}]})");
    REQUIRE(listener.listings.size() == 1);
    line.sent.clear();
  }
  base::Result<void> call(CallTag tag, std::string_view token = {}, CallerKey caller = kNobody) {
    CallSpec spec;
    spec.method = "tools/call";
    spec.name = "echo";
    spec.arguments = R"({"x":1})";
    spec.progress_token = token;
    spec.deadline = seconds(10);
    spec.caller = caller;
    spec.tag = tag;
    spec.sink = &sink;
    return session.call(spec, tag);
  }

  base::SimRuntime sim;
  FakeLine line;
  RecordingListener listener;
  RecordingSink sink;
  ClientSession session{sim.runtime(),
                        std::make_unique<FakeTransport>(line),
                        listener,
                        {"db", ListLimits{.pages_max = 3, .items_max = 5, .bytes_max = 10'000}}};
};

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

TEST_CASE("a renewed session has its lists read again", "[session]") {
  World world;
  world.become_ready();
  world.line.listener->on_session_renewed();
  CHECK(world.listener.renewed == 1);
  world.sim.advance(ClientSession::kRelistDelay);
  CHECK(world.line.take_sent().find("tools/list") != std::string::npos);
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

TEST_CASE("a connection lost during the handshake is told as such only", "[session]") {
  World world;
  world.line.end(FailureKind::exited, "gone");
  CHECK(world.listener.closed.has_value());
  CHECK_FALSE(world.listener.start_error.has_value());
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
