#include "proxy/http/request_parser.h"

#include <catch2/catch.hpp>
#include <random>

namespace proxy::http {
namespace {

using Event = RequestParser::Event;

// What a handler could see of a request, as text.
std::string seen(const Request& request) {
  std::string text = fmt::format("{} {}|{}|{}|{}|", to_string(request.method()), request.target(),
                                 request.path(), request.query(), request.keep_alive());
  for (const HeaderField& field : request.headers()) {
    text += fmt::format("{}={};", field.name, field.value);
  }
  for (std::size_t i = 0; i < kHeaderCount; ++i) {
    const auto header = static_cast<Header>(i);
    if (request.has(header)) text += fmt::format("[{}={}]", i, request.header(header));
  }
  return text + "|" + std::string(request.body());
}

// Feeds `stream` cut at `cuts` (ascending offsets), each piece in memory of its own that is
// overwritten afterwards, as the shared read buffer is. One line for each request; a refusal ends.
std::string parse_all(std::string_view stream, std::span<const std::size_t> cuts,
                      const Limits& limits = {}) {
  const Peer peer;
  RequestParser parser;
  parser.start(limits, peer);
  std::string result;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : stream.size();
    std::string piece(stream.substr(begin, end - begin));
    begin = end;
    std::span<char> rest(piece);
    while (!rest.empty()) {
      const RequestParser::Step step = parser.feed(rest);
      REQUIRE(step.consumed <= rest.size());
      rest = rest.subspan(step.consumed);
      if (step.event == Event::refused) {
        return result + std::to_string(number(parser.refusal().status)) + "\n";
      }
      if (step.event == Event::need_more) REQUIRE(rest.empty());
      if (step.event == Event::complete) {
        result += seen(parser.request()) + "\n";
        parser.start(limits, peer);
      }
    }
    piece.assign(piece.size(), '#');
  }
  return result;
}

std::string parse_all(std::string_view stream) {
  return parse_all(stream, {});
}

constexpr std::string_view kTwoRequests =
    "POST /mcp/all?a=1&b=2 HTTP/1.1\r\nHost: localhost:8080\r\ncontent-type:  application/json \r\n"
    "Accept: application/json, text/event-stream\r\nX-Empty:\r\nMCP-Session-Id: abc\r\n"
    "Content-Length: 17\r\n\r\n{\"jsonrpc\":\"2.0\"}"
    "\r\nPOST /x HTTP/1.1\r\nhost: [::1]\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    "3\r\nabc\r\nB;ext=1\r\ndefghijklmn\r\n0\r\n\r\n"
    "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

constexpr std::string_view kTwoRequestsSeen =
    "POST /mcp/all?a=1&b=2|/mcp/all|a=1&b=2|true|Host=localhost:8080;"
    "content-type=application/json;Accept=application/json, text/event-stream;X-Empty=;"
    "MCP-Session-Id=abc;Content-Length=17;[0=application/json, text/event-stream]"
    "[3=application/json][6=localhost:8080][13=abc]|{\"jsonrpc\":\"2.0\"}\n"
    "POST /x|/x||false|host=[::1];Transfer-Encoding=chunked;Connection=close;"
    "[2=close][6=[::1]]|abcdefghijklmn\n"
    "GET /|/||true|Host=h;[6=h]|\n";

TEST_CASE("requests are read with their headers, query and body, one after another", "[http]") {
  CHECK(parse_all(kTwoRequests) == kTwoRequestsSeen);
}

TEST_CASE("wherever the byte stream is cut, the same requests come out", "[http]") {
  for (std::size_t cut = 1; cut < kTwoRequests.size(); ++cut) {
    CAPTURE(cut);
    REQUIRE(parse_all(kTwoRequests, std::array{cut}) == kTwoRequestsSeen);
  }
  std::vector<std::size_t> everywhere;
  for (std::size_t cut = 1; cut < kTwoRequests.size(); ++cut) everywhere.push_back(cut);
  CHECK(parse_all(kTwoRequests, everywhere) == kTwoRequestsSeen);
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::size_t> cuts(1 + random() % 8);
    for (std::size_t& cut : cuts) cut = 1 + random() % (kTwoRequests.size() - 1);
    std::ranges::sort(cuts);
    REQUIRE(parse_all(kTwoRequests, cuts) == kTwoRequestsSeen);
  }
}

TEST_CASE("a body in one piece can be changed in place and taken", "[http]") {
  const Peer peer;
  const Limits limits;
  for (const std::size_t cut : {std::size_t{0}, std::size_t{50}}) {
    std::string bytes = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab\ncd";
    RequestParser parser;
    parser.start(limits, peer);
    const std::size_t first = bytes.size() - (cut == 0 ? bytes.size() : 3);
    if (first > 0) REQUIRE(parser.feed(std::span(bytes).first(first)).event == Event::need_more);
    REQUIRE(parser.feed(std::span(bytes).subspan(first)).event == Event::complete);
    parser.request().mutable_body()[2] = ' ';
    CHECK(parser.request().take_body() == "ab cd");
    CHECK(parser.request().body().empty());
  }
}

struct BadRequest {
  std::string_view what;
  std::string bytes;
  unsigned status;
};

std::string with_header(std::string_view line) {
  return fmt::format("POST / HTTP/1.1\r\nHost: h\r\n{}\r\n\r\n", line);
}

std::vector<BadRequest> bad_requests() {
  return {
      {"no HTTP at all", "\x16\x03\x01\x02", 400},
      {"lower-case method", "get / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"unknown method", "FETCH / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505},
      {"no version", "GET /\r\nHost: h\r\n\r\n", 505},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", with_header("Host: i"), 400},
      {"two Origins", with_header("Origin: a\r\norigin: b"), 400},
      {"two session ids", with_header("Mcp-Session-Id: a\r\nMcp-Session-Id: a"), 400},
      {"two lengths", with_header("Content-Length: 1\r\nContent-Length: 2"), 400},
      {"length and chunked", with_header("Content-Length: 1\r\nTransfer-Encoding: chunked"), 400},
      {"chunked and length", with_header("Transfer-Encoding: chunked\r\nContent-Length: 1"), 400},
      {"negative length", with_header("Content-Length: -1"), 400},
      {"length with sign", with_header("Content-Length: +1"), 400},
      {"length list", with_header("Content-Length: 1, 1"), 400},
      {"huge length", with_header("Content-Length: 99999999999999999999999"), 400},
      {"gzip coding", with_header("Transfer-Encoding: gzip, chunked"), 501},
      {"chunked not last", with_header("Transfer-Encoding: chunked, gzip"), 400},
      {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
      {"bare LF", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
      {"bare CR", with_header("A: b\rContent-Length: 1"), 400},
      {"bare CR after empty value", with_header("A: \rContent-Length: 1"), 400},
      {"folded header", with_header("A: b\r\n c"), 400},
      {"first header folded", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
      {"space before colon", with_header("Content-Length : 1"), 400},
      {"NUL in a value", with_header(std::string_view("A: b\0c", 6)), 400},
      {"no colon", with_header("Content-Length"), 400},
      {"control in target", "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"tab in target", "GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"high bit in target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"absolute target", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"CONNECT", "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"unknown expectation", with_header("Expect: magic"), 417},
      {"bad chunk size", with_header("Transfer-Encoding: chunked") + "xyz\r\n", 400},
      {"chunk without CRLF", with_header("Transfer-Encoding: chunked") + "1\r\nabc", 400},
      {"trailer", with_header("Transfer-Encoding: chunked") + "0\r\nA: b\r\n\r\n", 400},
  };
}

TEST_CASE("bad input is refused with its status, in one piece or byte by byte", "[http]") {
  for (const BadRequest& bad : bad_requests()) {
    CAPTURE(bad.what);
    const std::string expected = std::to_string(bad.status) + "\n";
    CHECK(parse_all(bad.bytes) == expected);
    std::vector<std::size_t> everywhere;
    for (std::size_t cut = 1; cut < bad.bytes.size(); ++cut) everywhere.push_back(cut);
    CHECK(parse_all(bad.bytes, everywhere) == expected);
  }
}

TEST_CASE("each limit holds at the limit and refuses one beyond", "[http]") {
  Limits limits;
  limits.head_bytes_max = 400;
  limits.header_count_max = 4;
  limits.target_bytes_max = 20;
  limits.body_bytes_max = 10;
  const auto parse = [&](const std::string& bytes) { return parse_all(bytes, {}, limits); };
  const auto head = [](const std::string& target, const std::string& more) {
    return "POST " + target + " HTTP/1.1\r\nHost: h\r\n" + more + "\r\n";
  };
  CHECK(parse(head("/" + std::string(19, 'a'), "")).starts_with("POST"));
  CHECK(parse(head("/" + std::string(20, 'a'), "")) == "414\n");
  CHECK(parse("GET /" + std::string(60, 'a')) == "414\n");
  CHECK(parse(head("/", "A: 1\r\nB: 2\r\nC: 3\r\n")).starts_with("POST"));
  CHECK(parse(head("/", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n")) == "431\n");
  const std::size_t frame = head("/", "A: \r\n").size();
  CHECK(parse(head("/", "A: " + std::string(400 - frame, 'x') + "\r\n")).starts_with("POST"));
  CHECK(parse(head("/", "A: " + std::string(401 - frame, 'x') + "\r\n")) == "431\n");
  CHECK(parse(head("/", "A: " + std::string(500, 'x'))) == "431\n");
  CHECK(parse(head("/", "Content-Length: 10\r\n") + "0123456789").ends_with("|0123456789\n"));
  CHECK(parse(head("/", "Content-Length: 11\r\n")) == "413\n");
  const std::string chunked = head("/", "Transfer-Encoding: chunked\r\n");
  CHECK(parse(chunked + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n").ends_with("|0123456789\n"));
  CHECK(parse(chunked + "5\r\n01234\r\n6\r\n56789a\r\n0\r\n\r\n") == "413\n");
  CHECK(parse(chunked + "1;" + std::string(80'000, 'e')) == "400\n");
}

TEST_CASE("100-continue is asked for only while the body is missing", "[http]") {
  const Peer peer;
  const Limits limits;
  RequestParser parser;
  parser.start(limits, peer);
  std::string head =
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n";
  CHECK(parser.feed(head).event == Event::need_more);
  CHECK(parser.wants_continue());
  std::string body = "x";
  CHECK(parser.feed(body).event == Event::complete);
  CHECK(!parser.wants_continue());
}

TEST_CASE("a request that went through a proxy is recognised by any header of one", "[http]") {
  const Peer peer;
  const Limits limits;
  const auto forwarded = [&](std::string_view line) {
    std::string bytes = with_header(line);
    RequestParser parser;
    parser.start(limits, peer);
    REQUIRE(parser.feed(bytes).event == Event::complete);
    return parser.request().was_forwarded();
  };
  CHECK(!forwarded("Accept: x"));
  CHECK(forwarded("Forwarded: for=1.2.3.4"));
  CHECK(forwarded("x-forwarded-for: 1.2.3.4"));
  CHECK(forwarded("X-FORWARDED-PREFIX: /a"));
  CHECK(forwarded("X-Real-IP: 1.2.3.4"));
  CHECK(forwarded("Via: 1.1 somewhere"));
  CHECK(forwarded("CF-Connecting-IP: 1.2.3.4"));
}

// Bytes are changed, dropped, doubled and cut at random. Whatever comes out, one piece and many
// pieces must agree, and nothing may be read that was not sent (asan).
TEST_CASE("mutated requests give the same answer however they are cut", "[http][random]") {
  std::mt19937 random(11);
  constexpr std::string_view kBytes = "\r\n :;,=/?0123456789abcxyzGETPOSHTP.\t\0\x7f\xff";
  for (int round = 0; round < 4000; ++round) {
    std::string stream(kTwoRequests);
    const std::size_t edits = 1 + random() % 4;
    for (std::size_t edit = 0; edit < edits; ++edit) {
      const std::size_t at = random() % stream.size();
      switch (random() % 4) {
        case 0:
          stream[at] = kBytes[random() % kBytes.size()];
          break;
        case 1:
          stream.erase(at, 1 + random() % 3);
          break;
        case 2:
          stream.insert(at, stream.substr(random() % stream.size(), random() % 20));
          break;
        case 3:
          stream.insert(at, 1, kBytes[random() % kBytes.size()]);
          break;
      }
    }
    std::vector<std::size_t> cuts(1 + random() % 6);
    for (std::size_t& cut : cuts) cut = random() % stream.size();
    std::ranges::sort(cuts);
    CAPTURE(round, stream);
    REQUIRE(parse_all(stream) == parse_all(stream, cuts));
  }
}

}  // namespace
}  // namespace proxy::http
