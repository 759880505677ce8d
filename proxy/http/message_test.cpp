#include "proxy/http/message.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"
#include "proxy/http/response_head.h"

namespace proxy::http {
namespace {

TEST_CASE("every known header is found by its name in any case", "[http]") {
  for (std::size_t i = 0; i < kHeaderCount; ++i) {
    std::string name(to_string(static_cast<Header>(i)));
    CHECK(known_header(name) == static_cast<Header>(i));
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    CHECK(known_header(name) == static_cast<Header>(i));
  }
  CHECK(!known_header("x-api-keys"));
  CHECK(!known_header(""));
}

TEST_CASE("a media type is compared without its parameters and case", "[http]") {
  CHECK(is_media_type("application/json", "application/json"));
  CHECK(is_media_type("Application/JSON ; charset=utf-8", "application/json"));
  CHECK(!is_media_type("application/jsonx", "application/json"));
  CHECK(!is_media_type("text/plain; application/json", "application/json"));
  CHECK(!is_media_type("", "application/json"));
}

TEST_CASE("an Accept value allows what it names, its range and everything, unless its weight is 0",
          "[http]") {
  CHECK(accept_allows("application/json, text/event-stream", "text/event-stream"));
  CHECK(accept_allows("text/*;q=0.1", "text/event-stream"));
  CHECK(accept_allows("*/*", "application/json"));
  CHECK(!accept_allows("application/json", "text/event-stream"));
  CHECK(!accept_allows("text/event-stream;q=0", "text/event-stream"));
  CHECK(!accept_allows("text/event-stream; q=0.000", "text/event-stream"));
  CHECK(accept_allows("text/event-stream;q=0.001", "text/event-stream"));
  CHECK(!accept_allows("textual/*", "text/event-stream"));
  CHECK(!accept_allows(", ,;", "text/event-stream"));
}

TEST_CASE("a response head cannot be split by what a handler puts into it", "[http]") {
  std::string out;
  const std::array fields{HeaderField{"X-Note", "a\r\nSet-Cookie: b"}, HeaderField{"bad name", "x"},
                          HeaderField{"bad:name", "x"}};
  append_head(out, {.status = Status::ok,
                    .content_type = "text/plain",
                    .fields = fields,
                    .content_length = 5,
                    .date_line = "Date: D\r\n"});
  CHECK(out ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
        "X-Note: a  Set-Cookie: b\r\nDate: D\r\n\r\n");
}

TEST_CASE("204 has no Content-Length, and a kept HTTP/1.0 connection says so", "[http]") {
  std::string out;
  append_head(out, {.status = Status::no_content, .version_1_0 = true});
  CHECK(out == "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("the Date header follows the clock second by second", "[http]") {
  base::SimClock clock;  // starts at 1,800,000,000 s
  DateLine date;
  CHECK(date.at(clock) == "Date: Fri, 15 Jan 2027 08:00:00 GMT\r\n");
  clock.advance(std::chrono::milliseconds(999));
  CHECK(date.at(clock) == "Date: Fri, 15 Jan 2027 08:00:00 GMT\r\n");
  clock.advance(std::chrono::milliseconds(1));
  CHECK(date.at(clock) == "Date: Fri, 15 Jan 2027 08:00:01 GMT\r\n");
}

}  // namespace
}  // namespace proxy::http
