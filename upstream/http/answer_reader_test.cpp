#include "upstream/http/answer_reader.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

using protocol::SseEvent;

HttpHead head(int status, std::string content_type) {
  HttpHead made;
  made.status = status;
  made.content_type = std::move(content_type);
  return made;
}

TEST_CASE("a body is kept whole, and known as the answer by its id", "[http]") {
  std::vector<SseEvent> events;
  for (const auto& [body, answered] : std::vector<std::pair<std::string, bool>>{
           {R"({"jsonrpc":"2.0","id":7,"result":{}})", true},
           {R"({"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"id"}})", true},
           {R"({"jsonrpc":"2.0","id":70,"result":{}})", false},
           {R"({"jsonrpc":"2.0","id":7,"method":"ping"})", false},
           {R"( [{"jsonrpc":"2.0","id":7,"result":{}}])", true},
           {"<html>7</html>", false},
           {"", false}}) {
    INFO(body);
    AnswerReader reader("7", 1000);
    CHECK_FALSE(reader.take_head(head(200, "application/json")));
    CHECK(reader.take_bytes(body.substr(0, 5), events));
    if (body.size() > 5) CHECK(reader.take_bytes(body.substr(5), events));
    const HttpEnd end = reader.finish();
    CHECK(end.body == body);
    CHECK(end.answered == answered);
    CHECK_FALSE(end.streamed);
  }
  CHECK(events.empty());
}

TEST_CASE("an answer over the limit is given up", "[http]") {
  std::vector<SseEvent> events;
  AnswerReader reader("7", 10);
  reader.take_head(head(200, "application/json"));
  CHECK(reader.take_bytes("0123456789", events));
  CHECK_FALSE(reader.take_bytes("x", events));
  CHECK(reader.finish().fault == HttpFault::too_large);
}

TEST_CASE("an event stream comes as events, with what resuming needs", "[http]") {
  std::vector<SseEvent> events;
  AnswerReader reader("7", 1000);
  REQUIRE(reader.take_head(head(200, "text/event-stream")));
  CHECK(reader.take_bytes("id: a-1\nretry: 250\ndata:\n\ndata: {\"method\":\"x\"}\n\n", events));
  CHECK(events.size() == 1);
  CHECK(reader.take_bytes("data: {\"id\":7,\"result\":{}}\n\n", events));
  CHECK(events.size() == 2);
  const HttpEnd end = reader.finish();
  CHECK(end.streamed);
  CHECK(end.answered);
  CHECK(end.last_event_id == "a-1");
  CHECK(end.retry == std::chrono::milliseconds(250));
}

TEST_CASE("an event over the limit is dropped by its id, and the stream goes on", "[http]") {
  std::vector<SseEvent> events;
  AnswerReader reader("7", 64);
  reader.take_head(head(200, "text/event-stream"));
  const std::string large =
      "data: {\"id\":7,\"result\":{\"text\":\"" + std::string(500, 'x') + "\"}}\n\n";
  for (const char c : large) REQUIRE(reader.take_bytes({&c, 1}, events));
  REQUIRE(reader.take_bytes("data: {}\n\n", events));
  REQUIRE(events.size() == 2);
  CHECK(events[0].oversized);
  CHECK(events[0].data == "7");
  CHECK_FALSE(events[1].oversized);
  CHECK(reader.finish().answered);
}

TEST_CASE("an error page of events is a body", "[http]") {
  AnswerReader reader("7", 64);
  CHECK_FALSE(reader.take_head(head(404, "text/event-stream")));
}

}  // namespace
}  // namespace upstream
