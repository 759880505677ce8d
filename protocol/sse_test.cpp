#include "protocol/sse.h"

#include <catch2/catch.hpp>

namespace protocol {
namespace {

using namespace std::chrono_literals;

std::vector<SseEvent> decoded(std::string_view text, std::size_t piece, SseDecoder& decoder) {
  std::vector<SseEvent> events;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    REQUIRE(decoder.feed(text.substr(at, piece), events).ok());
  }
  return events;
}

TEST_CASE("events are the same however the stream is cut and lines end", "[protocol]") {
  for (const std::string_view end : {"\n", "\r", "\r\n"}) {
    std::string text = "\xEF\xBB\xBF";
    for (const std::string_view line :
         {": hello", "data: one", "", "event: endpoint", "id: 7", "data:/messages", "", "data: a",
          "data:  b", "data", "unknown: x", "", "id", "data: {}", "", "event: lost", "",
          "data: cut"}) {
      text += line;
      text += end;
    }
    for (std::size_t piece = 1; piece < 40; ++piece) {
      SseDecoder decoder;
      const auto events = decoded(text, piece, decoder);
      REQUIRE(events.size() == 4);
      CHECK(events[0].event == "message");
      CHECK(events[0].data == "one");
      CHECK(events[0].id.empty());
      CHECK(events[1].event == "endpoint");
      CHECK(events[1].data == "/messages");
      CHECK(events[1].id == "7");
      CHECK(events[2].data == "a\n b\n");
      CHECK(events[2].id == "7");
      CHECK(events[3].data == "{}");
      CHECK(events[3].id.empty());
    }
  }
}

TEST_CASE("a priming event is not dispatched but its id and retry count", "[protocol]") {
  SseDecoder decoder;
  CHECK(decoded("id: s7-0\ndata:\n\nretry: 500\n\n", 3, decoder).empty());
  CHECK(decoder.last_event_id() == "s7-0");
  CHECK(decoder.retry() == 500ms);
  using namespace std::string_view_literals;
  CHECK(decoded("id: a\0b\nretry: 5x\nretry: \nretry: -1\n\n"sv, 3, decoder).empty());
  CHECK(decoder.last_event_id() == "s7-0");
  CHECK(decoder.retry() == 500ms);
  CHECK(decoded("retry: 99999999999999999999\n", 3, decoder).empty());
  CHECK(decoder.retry() == SseDecoder::kRetryMax);
}

TEST_CASE("an event over the limit ends the stream", "[protocol]") {
  std::vector<SseEvent> events;
  SseDecoder decoder(20);
  CHECK(decoder.feed("data: 0123456789\n\n", events).ok());
  CHECK(events.size() == 1);
  CHECK(decoder.feed("data: 01234", events).ok());
  const auto refused = decoder.feed("56789012345", events);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == base::ErrorCode::too_large);
  CHECK(!decoder.feed("\n\n", events).ok());
  SseDecoder lines(20);
  CHECK(!lines.feed("data: 0123456789\ndata: 0123456789\n", events).ok());
  CHECK(events.size() == 1);
}

TEST_CASE("what is encoded is decoded again", "[protocol]") {
  std::string out;
  append_sse_event(out, R"({"a":1})");
  append_sse_event(out, "x\r\n\ny\rz", "message", "id-1");
  append_sse_comment(out);
  append_sse_retry(out, 250ms);
  append_sse_event(out, "", "", "id-2");
  append_sse_event(out, "ok", "two\nlines", "also\rtwo");
  CHECK(out.starts_with("data: {\"a\":1}\n\nevent: message\nid: id-1\ndata: x\ndata:"));
  SseDecoder decoder;
  const auto events = decoded(out, 5, decoder);
  REQUIRE(events.size() == 3);
  CHECK(events[0].data == R"({"a":1})");
  CHECK(events[1].data == "x\n\ny\nz");
  CHECK(events[1].id == "id-1");
  CHECK(events[2].event == "message");
  CHECK(events[2].id == "id-2");
  CHECK(decoder.retry() == 250ms);
}

TEST_CASE("an event over the limit can be skipped, and is known by its id", "[protocol]") {
  const std::string filler(300, 'x');
  const std::string text = "data: {\"jsonrpc\":\"2.0\",\"id\":\"a b\",\"result\":{\"t\":\"" +
                           filler + "\"}}\n\ndata: one\n\nevent: other\ndata: " + filler +
                           "\ndata: more\n\ndata: {\"id\":5,\"method\":\"" + filler +
                           "\"}\r\n\r\ndata: two\n\n";
  for (const std::size_t piece : {1UL, 7UL, 100UL, text.size()}) {
    SseDecoder decoder(100);
    decoder.skip_oversized();
    const auto events = decoded(text, piece, decoder);
    REQUIRE(events.size() == 5);
    CHECK(events[0].oversized);
    CHECK(events[0].data == "\"a b\"");
    CHECK(events[1].data == "one");
    CHECK(events[2].oversized);
    CHECK(events[2].event == "other");
    CHECK(events[2].data.empty());
    CHECK(events[3].oversized);
    CHECK(events[3].data.empty());
    CHECK(events[4].data == "two");
    CHECK_FALSE(events[4].oversized);
  }
}

TEST_CASE("an event that never ends ends the stream, even one that skips what is too long",
          "[sse]") {
  for (const std::string_view piece : {"data: more\n", "on and on "}) {
    SseDecoder decoder(100);
    decoder.skip_oversized();
    std::vector<SseEvent> events;
    std::size_t fed = 0;
    while (decoder.feed(piece, events).ok()) {
      fed += piece.size();
      REQUIRE(fed < 2 * SseDecoder::kSkippedBytesMin);
    }
    CHECK(fed > SseDecoder::kSkippedBytesMin / 2);
    CHECK(events.empty());
    CHECK_FALSE(decoder.feed("\n\n", events).ok());
  }
}

}  // namespace
}  // namespace protocol
