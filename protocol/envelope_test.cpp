#include "protocol/envelope.h"

#include <rapidjson/document.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace protocol {
namespace {

using Kind = ScanError::Kind;

// A scan that keeps its text, since an envelope is made of views.
struct Kept {
  explicit Kept(std::string bytes) : text(std::move(bytes)), scanned(scan(text)) {}
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  bool ok() const { return scanned.ok(); }
  const Envelope* operator->() const { return &*scanned; }

  std::string text;
  Scanned scanned;
};

ScanError refusal(std::string_view bytes) {
  const Scanned scanned = scan(bytes);
  CAPTURE(bytes);
  REQUIRE(!scanned.ok());
  return scanned.error();
}

std::string request_with(std::string_view members) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{)" + std::string(members) +
         "}}";
}

TEST_CASE("a tools/call gives its parts as views into the message", "[protocol]") {
  const std::string text =
      R"( {"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"files_search",)"
      R"("arguments":{"q":[1,{"a":null}]},"_meta":{"progressToken":"p1","x":1}}} )";
  const Scanned scanned = scan(text);
  REQUIRE(scanned.ok());
  CHECK(scanned->kind == MessageKind::request);
  CHECK(scanned->id == "17");
  CHECK(scanned->method == Method::tools_call);
  CHECK(scanned->method_name == "tools/call");
  CHECK(scanned->name.is("files_search"));
  CHECK(scanned->arguments == R"({"q":[1,{"a":null}]})");
  CHECK(scanned->arguments_is_object);
  CHECK(scanned->meta == R"({"progressToken":"p1","x":1})");
  CHECK(scanned->progress_token == R"("p1")");
  CHECK(scanned->params.front() == '{');
  CHECK(scanned->params.size() == text.size() - text.find("{\"name\"") - 2);
  CHECK(scanned->params.data() == text.data() + text.find("{\"name\""));
}

TEST_CASE("notifications, results and errors are told apart", "[protocol]") {
  const auto note = scan(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  REQUIRE(note.ok());
  CHECK(note->kind == MessageKind::notification);
  CHECK(note->method == Method::initialized);
  CHECK(note->id.empty());

  const auto result = scan(
      R"({"result":{"content":[],"isError":true,"nextCursor":"","resultType":"complete"},"id":"a","jsonrpc":"2.0"})");
  REQUIRE(result.ok());
  CHECK(result->kind == MessageKind::response);
  CHECK(result->id == R"("a")");
  CHECK(result->result_is_error);
  CHECK(result->next_cursor.present);
  CHECK(result->next_cursor.raw.empty());
  CHECK(result->result_type.is("complete"));
  CHECK(result->method == Method::unknown);

  const auto error =
      scan(R"({"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"no","data":{"code":7}}})");
  REQUIRE(error.ok());
  CHECK(error->kind == MessageKind::error_response);
  CHECK(error->error_code == -32601);
  CHECK(error->error_message.is("no"));
  CHECK(error->error == R"({"code":-32601,"message":"no","data":{"code":7}})");
}

TEST_CASE("an error response may come without a readable id", "[protocol]") {
  for (const auto* text : {R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}})",
                           R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"?"}})"}) {
    const auto scanned = scan(text);
    REQUIRE(scanned.ok());
    CHECK(scanned->kind == MessageKind::error_response);
    CHECK(scanned->id.empty());
  }
}

TEST_CASE("a null error beside a result is no error", "[protocol]") {
  const auto scanned = scan(R"({"jsonrpc":"2.0","id":1,"error":null,"result":{}})");
  REQUIRE(scanned.ok());
  CHECK(scanned->kind == MessageKind::response);
}

TEST_CASE("ids keep their bytes", "[protocol]") {
  for (const std::string_view id :
       {"0", "-5", "12345678901234567890123", R"("")", R"("a\"b")", R"("é")"}) {
    const std::string text = R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"ping"})";
    const auto scanned = scan(text);
    REQUIRE(scanned.ok());
    CHECK(scanned->id == id);
  }
}

TEST_CASE("a request's id is a string or an integer of at most 256 bytes", "[protocol]") {
  for (const std::string_view id : {"null", "1.0", "1e3", "true", "{}", "[1]"}) {
    const auto error =
        refusal(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"ping"})");
    CHECK(error.kind == Kind::invalid);
    CHECK(error.jsonrpc_code == kInvalidRequest);
    CHECK(error.id.empty());
    CHECK(error.has_method);
  }
  const std::string longest = '"' + std::string(kIdBytesMax - 2, 'a') + '"';
  CHECK(scan(R"({"jsonrpc":"2.0","method":"ping","id":)" + longest + "}").ok());
  const std::string longer = '"' + std::string(kIdBytesMax - 1, 'a') + '"';
  CHECK(refusal(R"({"jsonrpc":"2.0","method":"ping","id":)" + longer + "}").kind == Kind::invalid);
}

TEST_CASE("progress tokens and cancelled request ids keep their bytes and types", "[protocol]") {
  const Kept big(request_with(R"("name":"a","_meta":{"progressToken":98765432109876543210987})"));
  REQUIRE(big.ok());
  CHECK(big->progress_token == "98765432109876543210987");

  const auto progress = scan(
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":0,"progress":0.5}})");
  REQUIRE(progress.ok());
  CHECK(progress->progress_token == "0");

  const auto cancelled = scan(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"r","reason":"x"}})");
  REQUIRE(cancelled.ok());
  CHECK(cancelled->request_id == R"("r")");

  CHECK(refusal(request_with(R"("_meta":{"progressToken":1.5})")).kind == Kind::invalid);
  CHECK(refusal(request_with(R"("_meta":{"progressToken":null})")).kind == Kind::invalid);
  CHECK(refusal(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[]}})")
            .kind == Kind::invalid);
}

TEST_CASE("the two places of a protocol version are kept apart", "[protocol]") {
  const auto legacy = scan(
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})");
  REQUIRE(legacy.ok());
  CHECK(legacy->protocol_version.is("2025-06-18"));
  CHECK(!legacy->meta_claims_version);

  const Kept modern(
      request_with(R"("_meta":{"io.modelcontextprotocol\/protocolVersion":"2026-07-28"})"));
  REQUIRE(modern.ok());
  CHECK(modern->meta_protocol_version.is("2026-07-28"));
  CHECK(modern->meta_claims_version);
  CHECK(!modern->protocol_version.present);

  const Kept odd(request_with(R"("_meta":{"io.modelcontextprotocol/protocolVersion":7})"));
  REQUIRE(odd.ok());
  CHECK(odd->meta_claims_version);
  CHECK(!odd->meta_protocol_version.present);
}

TEST_CASE("escaped spellings mean the same as plain ones", "[protocol]") {
  const auto scanned = scan(
      R"({"jsonrpc":"2.0","\u0069d":4,"method":"tools\/call","params":{"n\u0061me":"a\u00e9\ud83d\ude00\n"}})");
  REQUIRE(scanned.ok());
  CHECK(scanned->id == "4");
  CHECK(scanned->method == Method::tools_call);
  CHECK(scanned->method_name == "tools/call");
  CHECK(scanned->name.escaped);
  CHECK(scanned->name.text() == "aé😀\n");
}

TEST_CASE("a member is taken from its own object only", "[protocol]") {
  const auto scanned = scan(
      R"({"jsonrpc":"2.0","id":1,"method":"x","a":{"id":2,"params":{"name":"no"}},"params":{"b":{"name":"no","_meta":{"progressToken":1}},"_meta":{"c":{"progressToken":2}}}})");
  REQUIRE(scanned.ok());
  CHECK(scanned->id == "1");
  CHECK(!scanned->name.present);
  CHECK(scanned->progress_token.empty());
  CHECK(scanned->method == Method::unknown);
  CHECK(scanned->method_name == "x");
}

TEST_CASE("arguments of another type are seen as such", "[protocol]") {
  const Kept array(request_with(R"("name":"a","arguments":[1])"));
  REQUIRE(array.ok());
  CHECK(array->arguments == "[1]");
  CHECK(!array->arguments_is_object);
  const Kept none(request_with(R"("name":7)"));
  REQUIRE(none.ok());
  CHECK(none->arguments.empty());
  CHECK(!none->name.present);
}

TEST_CASE("a key that stands twice is refused where policy reads", "[protocol]") {
  for (const auto& text : {
           std::string(R"({"jsonrpc":"2.0","id":9,"method":"ping","method":"tools/call"})"),
           std::string(R"({"jsonrpc":"2.0","id":9,"method":"ping","m\u0065thod":"tools/call"})"),
           std::string(R"({"jsonrpc":"2.0","id":9,"method":"ping","x":1,"x":1})"),
           request_with(R"("name":"a","name":"b")"),
           request_with(R"("name":"a","\u006eame":"b")"),
           request_with(R"("other":1,"other":2)"),
           request_with(R"("_meta":{"progressToken":1,"progressToken":2})"),
           request_with(R"("_meta":{},"_meta":{})"),
           std::string(R"({"jsonrpc":"2.0","id":9,"result":{"isError":true,"isError":false}})"),
           std::string(R"({"jsonrpc":"2.0","id":9,"error":{"code":1,"code":2,"message":""}})"),
       }) {
    const auto error = refusal(text);
    CHECK(error.kind == Kind::invalid);
    CHECK(error.jsonrpc_code == kInvalidRequest);
    CHECK(error.error.message.find("twice") != std::string::npos);
    CHECK(!error.id.empty());
  }
  CHECK(scan(request_with(R"("arguments":{"a":1,"a":2})")).ok());  // the tool's own business
}

TEST_CASE("duplicates are found among many keys", "[protocol]") {
  std::string members;
  for (int i = 0; i < 500; ++i) members += "\"k" + std::to_string(i) + "\":0,";
  CHECK(scan(request_with(members + "\"last\":0")).ok());
  CHECK(refusal(request_with(members + "\"k3\":0")).kind == Kind::invalid);
  CHECK(refusal(request_with(members + "\"k499\":0")).kind == Kind::invalid);
  for (int i = 500; i < 5000; ++i) members += "\"k" + std::to_string(i) + "\":0,";
  CHECK(refusal(request_with(members + "\"last\":0")).error.message.find("4096") !=
        std::string::npos);
}

TEST_CASE("an id that stands twice is not echoed", "[protocol]") {
  CHECK(refusal(R"({"jsonrpc":"2.0","id":1,"id":2,"method":"ping"})").id.empty());
}

TEST_CASE("what is no JSON is malformed", "[protocol]") {
  using namespace std::string_literals;
  for (const std::string& text : {
           ""s,
           " "s,
           "{"s,
           "nonsense"s,
           R"({"jsonrpc":"2.0","id":1,"method":"ping"}x)"s,
           R"({"jsonrpc":"2.0","id":1,"method":"ping"} {})"s,
           R"({"jsonrpc":"2.0","id":1,"method":"ping",})"s,
           R"({"jsonrpc":"2.0","id":01,"method":"ping"})"s,
           R"({"jsonrpc":"2.0","id":1,"method":"ping"})"s + '\0',
           R"({"jsonrpc":"2.0",)"s + '\0' + R"("id":1,"method":"ping"})",
           "{\"jsonrpc\":\"2.0\",\"id\":\"a\0b\",\"method\":\"ping\"}"s,
           "\xEF\xBB\xBF{\"jsonrpc\":\"2.0\",\"method\":\"x\"}"s,
           "{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}"s,
           "{\"jsonrpc\":\"2.0\",\"method\":\"\xc0\xaf\"}"s,
           "{\"jsonrpc\":\"2.0\",\"method\":\"\xed\xb0\x80\"}"s,
           "{\"jsonrpc\":\"2.0\",\"method\":\"line\nbreak\"}"s,
           "{\"jsonrpc\":\"2.0\",\"method\":\"aaaaaaaaaaaaaaaaaaa\x01\"}"s,
           R"({"jsonrpc":"2.0","method":"\udc00"})"s,
           R"({"jsonrpc":"2.0","method":"\ud800"})"s,
           R"({"jsonrpc":"2.0","method":"\ud800\u0041"})"s,
           R"({"jsonrpc":"2.0","method":"x","params":{"deep":["\uDFFF"]}})"s,
           R"({"jsonrpc":"2.0","method":"x","params":{"\udc00":1}})"s,
           R"({"jsonrpc":"2.0","method":"\x"})"s,
           "{\"jsonrpc\":\"2.0\",\"method\":\"a\xe2\x82"s,
       }) {
    const auto error = refusal(text);
    CHECK(error.kind == Kind::malformed);
    CHECK(error.jsonrpc_code == kParseError);
  }
}

TEST_CASE("a malformed message gives the id that was read before", "[protocol]") {
  CHECK(refusal(R"({"jsonrpc":"2.0","id":"a7","method":"ping",,})").id == R"("a7")");
  CHECK(refusal(R"({"jsonrpc":"2.0","id":17,"method":"ping",,})").id == "17");
  CHECK(refusal(R"({"jsonrpc":"2.0","id":17}x)").id == "17");
  CHECK(refusal(R"({"jsonrpc":"2.0","id":"a7" x)").id == R"("a7")");
}

TEST_CASE("of a number that breaks off nobody knows what it was to be", "[protocol]") {
  for (const std::string_view text :
       {R"({"jsonrpc":"2.0","id":01,"method":"ping"})", R"({"jsonrpc":"2.0","id":1x})",
        R"({"jsonrpc":"2.0","id":1)"}) {
    CAPTURE(text);
    CHECK(refusal(text).id.empty());
  }
}

TEST_CASE("a cursor that is no string is told from none", "[protocol]") {
  const auto cursor = [](std::string_view value) {
    const std::string text = fmt::format(
        R"({{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{"cursor":{}}}}})", value);
    return scan(text)->cursor_is_no_string;
  };
  for (const char* wrong : {"5", "{}", "[]", "true"}) CHECK(cursor(wrong));
  for (const char* fine : {"null", R"("")", R"("x")"}) CHECK_FALSE(cursor(fine));
}

TEST_CASE("JSON that is no message is invalid, with its id", "[protocol]") {
  for (const std::string_view text : {
           R"({"jsonrpc":"1.0","id":5,"method":"ping"})",
           R"({"id":5,"method":"ping"})",
           R"({"jsonrpc":2.0,"id":5,"method":"ping"})",
           R"({"jsonrpc":"2.0","method":7,"id":5})",
           R"({"jsonrpc":"2.0","id":5,"method":""})",
           R"({"jsonrpc":"2.0","id":5})",
           R"({"jsonrpc":"2.0","id":5,"method":"ping","params":[1]})",
           R"({"jsonrpc":"2.0","id":5,"method":"ping","params":null})",
           R"({"jsonrpc":"2.0","id":5,"method":"ping","params":{"_meta":3}})",
           R"({"jsonrpc":"2.0","id":5,"method":"ping","result":{}})",
           R"({"jsonrpc":"2.0","id":5,"result":{},"error":{"code":1,"message":""}})",
           R"({"jsonrpc":"2.0","id":5,"result":[]})",
           R"({"jsonrpc":"2.0","id":5,"result":null})",
           R"({"jsonrpc":"2.0","id":5,"error":null})",
           R"({"jsonrpc":"2.0","id":5,"error":"x"})",
       }) {
    const auto error = refusal(text);
    CHECK(error.kind == Kind::invalid);
    CHECK(error.jsonrpc_code == kInvalidRequest);
    CHECK(error.id == "5");
  }
  CHECK(refusal("7").kind == Kind::invalid);
  CHECK(refusal(R"("text")").kind == Kind::invalid);
  CHECK(refusal(R"({"jsonrpc":"2.0","result":{}})").kind == Kind::invalid);
  CHECK(refusal(R"({"jsonrpc":"2.0","method":")" + std::string(129, 'm') + "\"}").kind ==
        Kind::invalid);
}

TEST_CASE("nesting ends at 128 levels, and depth cannot overflow the stack", "[protocol]") {
  const auto nested = [](std::size_t arrays) {
    return request_with("\"arguments\":" + std::string(arrays, '[') + std::string(arrays, ']'));
  };
  CHECK(scan(nested(126)).ok());
  CHECK(refusal(nested(127)).kind == Kind::malformed);
  CHECK(refusal(nested(127)).error.message.find("128") != std::string::npos);
  std::string bottomless = R"({"jsonrpc":"2.0","id":1,"method":"x","params":)";
  for (int i = 0; i < 1'000'000; ++i) bottomless += "{\"a\":[";
  CHECK(refusal(bottomless).kind == Kind::malformed);
}

TEST_CASE("a batch is recognised, and split apart from it", "[protocol]") {
  const std::string text = R"([ {"jsonrpc":"2.0","id":1,"method":"ping"} ,7,{"a":[{}]}])";
  const auto error = refusal(text);
  CHECK(error.kind == Kind::batch);
  CHECK(error.jsonrpc_code == kInvalidRequest);
  const auto members = split_batch(text);
  REQUIRE(members.ok());
  REQUIRE(members->size() == 3);
  CHECK(members.value()[0] == R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  CHECK(members.value()[1] == "7");
  CHECK(members.value()[2] == R"({"a":[{}]})");

  CHECK(split_batch("[]").error().code == base::ErrorCode::invalid_message);
  CHECK(split_batch("{}").error().code == base::ErrorCode::invalid_message);
  CHECK(split_batch("3").error().code == base::ErrorCode::invalid_message);
  CHECK(split_batch("[1,").error().code == base::ErrorCode::invalid_json);
  std::string many = "[0";
  for (std::size_t i = 1; i < kBatchMessagesMax; ++i) many += ",0";
  CHECK(split_batch(many + "]").ok());
  CHECK(split_batch(many + ",0]").error().code == base::ErrorCode::too_many);
}

std::string string_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

// Whatever is done to a message, the scanner answers, and what it accepts lies inside the message.
TEST_CASE("random damage never escapes the scanner", "[protocol][random]") {
  const std::string seed_text =
      R"({"jsonrpc":"2.0","id":"x\u00e9","method":"tools/call","params":{"name":"é\ud83d\ude00",)"
      R"("arguments":{"a":[1,2.5e3,true,null,"]}"]},"_meta":{"progressToken":12,"k":"v"}}})";
  const auto seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  constexpr std::string_view kSpice = "{}[]\",:\\u\0\n\xff\xc3 0-e.\"\"{[";
  std::size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seed_text;
    for (unsigned edits = random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = kSpice[random() % kSpice.size()];
          break;
        case 1:
          text.erase(at, 1 + random() % 8);
          break;
        default:
          text.insert(at, 1, kSpice[random() % kSpice.size()]);
          break;
      }
      if (text.empty()) text = "{";
    }
    const Scanned scanned = scan(text);
    if (!scanned.ok()) continue;
    ++accepted;
    // An ordinary parser takes it too, and reads the same parts.
    rapidjson::Document whole;
    REQUIRE(!whole.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size())
                 .HasParseError());
    if (!scanned->arguments.empty()) {
      rapidjson::Document part;
      part.Parse(scanned->arguments.data(), scanned->arguments.size());
      CHECK((part == whole["params"]["arguments"]));
    }
    if (scanned->name.present) CHECK(scanned->name.text() == string_of(whole["params"]["name"]));
    for (const std::string_view part :
         {scanned->id, scanned->params, scanned->arguments, scanned->meta}) {
      if (part.empty()) continue;
      CHECK(part.data() >= text.data());
      CHECK(part.data() + part.size() <= text.data() + text.size());
    }
  }
  CHECK(accepted > 4000);
}

}  // namespace
}  // namespace protocol
