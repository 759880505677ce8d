#include "protocol/splice.h"

#include <catch2/catch.hpp>
#include <random>

#include "protocol/members.h"

namespace protocol {
namespace {

Envelope scanned(std::string_view text) {
  const Scanned result = scan(text);
  CAPTURE(text);
  REQUIRE(result.ok());
  return *result;
}

std::string call(std::string_view params) {
  return R"({"jsonrpc":"2.0","id":"client-1","method":"tools/call","params":)" +
         std::string(params) + "}";
}

std::string forwarded(std::string_view params, const ParamsChange& change) {
  const std::string text = call(params);
  std::string out;
  append_request(out, 7, scanned(text), change);
  CHECK(scan(out).ok());
  return out;
}

constexpr std::string_view kHead = R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":)";

TEST_CASE("a call goes upstream with a fresh id and the upstream's own tool name", "[protocol]") {
  CHECK(forwarded(R"({"name":"files__search","arguments":{ "q" : 1e2 }})", {.name = "search"}) ==
        std::string(kHead) + R"({"name":"search","arguments":{ "q" : 1e2 }}})");
  CHECK(forwarded(R"({"arguments":{},"n\u0061me":"files__search","task":{"ttl":1}})",
                  {.name = "a\"b"}) ==
        std::string(kHead) + R"({"arguments":{},"n\u0061me":"a\"b","task":{"ttl":1}}})");
}

TEST_CASE("a progress token is replaced, added or removed", "[protocol]") {
  CHECK(forwarded(R"({"name":"a","_meta":{"k":1,"progressToken":"p"}})",
                  {.name = "b", .progress_token = 99}) ==
        std::string(kHead) + R"({"name":"b","_meta":{"k":1,"progressToken":99}}})");
  CHECK(forwarded(R"({"_meta":{"progressToken":12345678901234567890123},"name":"a"})",
                  {.name = "b", .progress_token = 1}) ==
        std::string(kHead) + R"({"_meta":{"progressToken":1},"name":"b"}})");
  CHECK(forwarded(R"({"name":"a","_meta":{"k":1}})", {.progress_token = 2}) ==
        std::string(kHead) + R"({"name":"a","_meta":{"progressToken":2,"k":1}}})");
  CHECK(forwarded(R"({"name":"a","_meta":{ }})", {.progress_token = 2}) ==
        std::string(kHead) + R"({"name":"a","_meta":{"progressToken":2 }}})");
  CHECK(forwarded(R"({"name":"a"})", {.progress_token = 2}) ==
        std::string(kHead) + R"({"_meta":{"progressToken":2},"name":"a"}})");
  CHECK(forwarded(R"({})", {.progress_token = 2}) ==
        std::string(kHead) + R"({"_meta":{"progressToken":2}}})");
  CHECK(forwarded(R"({"name":"a","_meta":{"k":1,"progressToken":"p","l":2}})", {}) ==
        std::string(kHead) + R"({"name":"a","_meta":{"k":1,"l":2}}})");
}

TEST_CASE("params are made up only when a token needs them", "[protocol]") {
  const Envelope ping = scanned(R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  std::string out;
  append_request(out, 3, ping, {});
  CHECK(out == R"({"jsonrpc":"2.0","id":3,"method":"ping"})");
  out.clear();
  append_request(out, 3, ping, {.progress_token = 4});
  CHECK(out ==
        R"({"jsonrpc":"2.0","id":3,"method":"ping","params":{"_meta":{"progressToken":4}}})");
}

TEST_CASE("a resource uri is replaced", "[protocol]") {
  const Envelope read = scanned(
      R"({"jsonrpc":"2.0","id":1,"method":"resources\/read","params":{"uri":"x:\/\/a\/file"}})");
  std::string out;
  append_request(out, 3, read, {.uri = "file"});
  CHECK(out == R"({"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file"}})");
}

// A pretty-printed body that holds a complete message on a line of its own would be executed as a
// second, unchecked call by a server that reads lines.
TEST_CASE("a second message on a line of its own stays inside the first", "[protocol]") {
  const std::string text =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/"
      "call\",\"params\":{\"name\":\"safe\",\"arguments\":{\"a\":\r\n"
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"danger\"}}\n"
      "},\"_meta\":\n{\"progressToken\":\n5\n}\r}}";
  const Envelope envelope = scanned(text);
  for (const ParamsChange& change :
       {ParamsChange{}, ParamsChange{.name = "x"}, ParamsChange{.progress_token = 3}}) {
    std::string out;
    append_request(out, 9, envelope, change);
    CHECK(out.find_first_of("\r\n") == std::string::npos);
    CHECK(scanned(out).id == "9");
  }
  std::string out;
  append_response(out, "1", "{\"a\":\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n}");
  CHECK(out.find_first_of("\r\n") == std::string::npos);
  CHECK(out.size() ==
        std::string_view(
            R"({"jsonrpc":"2.0","id":1,"result":{"a": {"jsonrpc":"2.0","id":1,"result":{}} }})")
            .size());
  out.clear();
  append_error_response(out, "1", {kInternalError, "two\nlines", "{\"x\":\n1}"});
  CHECK(
      out ==
      R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"two\nlines","data":{"x": 1}}})");
  out.clear();
  append_error_response(out, "", "{\"code\":1,\r\"message\":\"\"}");
  CHECK(out == R"({"jsonrpc":"2.0","id":null,"error":{"code":1, "message":""}})");
  out.clear();
  append_notification(out, "notifications/message", "{\"data\":\n1}");
  CHECK(out == R"({"jsonrpc":"2.0","method":"notifications/message","params":{"data": 1}})");
}

TEST_CASE("progress comes back under the client's own token", "[protocol]") {
  const Envelope progress = scanned(
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":0.50,"progressToken":41,"message":"x"}})");
  std::string out;
  append_progress(out, progress, R"("mine")");
  CHECK(
      out ==
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":0.50,"progressToken":"mine","message":"x"}})");
}

TEST_CASE("a cancellation names the request and why", "[protocol]") {
  std::string out;
  append_cancelled(out, 5, "client \"left\"");
  CHECK(scanned(out).request_id == "5");
  CHECK(out.find(R"("reason":"client \"left\"")") != std::string::npos);
}

TEST_CASE("members of an object are replaced in place, added at the end, removed", "[protocol]") {
  std::string out;
  append_edited_object(out, R"( {"a":1, "b":{"a":2},"c":[ 3 ]} )",
                       std::array{MemberEdit{"a", "true"}, MemberEdit{"c", ""},
                                  MemberEdit{"d", "\"new\""}, MemberEdit{"e", ""}});
  CHECK(out == R"({"a":true,"b":{"a":2},"d":"new"})");
  out.clear();
  append_edited_object(out, "{}", std::array{MemberEdit{"x", "1"}});
  CHECK(out == R"({"x":1})");
  out.clear();
  append_edited_object(out, R"({"x":1})", std::array{MemberEdit{"x", ""}});
  CHECK(out == "{}");
}

TEST_CASE("any text becomes a valid JSON string and comes back", "[protocol][random]") {
  std::string out;
  append_json_string(out,
                     "a\xff"
                     "b\xed\xa0\x80");
  CHECK(out ==
        "\"a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  const auto seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t size = random() % 40; size > 0; --size) {
      const std::size_t pick = random() % 4;
      if (pick == 0) text += static_cast<char>(random() % 0x20);
      if (pick == 1) text += static_cast<char>(0x20 + random() % 0x60);
      if (pick == 2) text += "\"\\/"[random() % 3];
      if (pick == 3) text += "é漢😀";
    }
    std::string json = "[";
    append_json_string(json, text);
    json += ']';
    CHECK(json.find_first_of("\r\n") == std::string::npos);
    std::string back;
    const JsonFault fault = for_each_element(json, [&](const JsonMember& element) {
      back = element.text();
      return true;
    });
    CHECK(ok(fault));
    CHECK(back == text);
  }
}

}  // namespace
}  // namespace protocol
