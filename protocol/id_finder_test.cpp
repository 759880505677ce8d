#include "protocol/id_finder.h"

#include <catch2/catch.hpp>

#include "protocol/envelope.h"

namespace protocol {
namespace {

IdFinder fed(std::string_view text, std::size_t piece) {
  IdFinder finder;
  for (std::size_t at = 0; at < text.size(); at += piece) finder.feed(text.substr(at, piece));
  return finder;
}

TEST_CASE("the id of an endless message is found wherever it stands and however it is cut",
          "[protocol]") {
  const std::string body =
      R"({"content":[{"id":99,"text":"\",\"id\":7,{\\"},{"id":5}],"n":{"id":1}})";
  for (const std::string& text : {
           R"({"jsonrpc":"2.0","id":"a\"4","result":)" + body + "}",
           R"({"jsonrpc":"2.0","result":)" + body + R"(, "id" : "a\"4" })",
       }) {
    for (std::size_t piece = 1; piece < text.size(); ++piece) {
      const IdFinder finder = fed(text, piece);
      CHECK(finder.id() == R"("a\"4")");
      CHECK(!finder.has_method());
    }
  }
  CHECK(fed(R"({"id":12345678901234567890123,"method":"x","params":{)", 5).id() ==
        "12345678901234567890123");
  CHECK(fed(R"({"id":1,"method":"x","params":{)", 5).has_method());
}

TEST_CASE("an id that cannot be trusted is none", "[protocol]") {
  CHECK(fed(R"({"a":{"id":1},"b":[{"id":2}]})", 3).id().empty());
  CHECK(fed(R"({"id":1,"id":2})", 3).id().empty());
  CHECK(fed(R"({"id":[1],"x":2})", 3).id().empty());
  CHECK(fed(R"([{"id":1}])", 3).id().empty());
  CHECK(fed("{\"id\":\"" + std::string(kIdBytesMax, 'x') + "\"}", 64).id().empty());
  CHECK(fed("", 1).id().empty());
}

TEST_CASE("the finder and the scanner agree on the id of every message", "[protocol]") {
  for (const std::string_view text :
       {R"({"jsonrpc":"2.0","id":-7,"method":"ping"})",
        R"({"id":"x\\","jsonrpc":"2.0","result":{"id":1,"a":"\"id\":2"}})",
        "{\n \"jsonrpc\" : \"2.0\",\n \"error\" : {\"code\":1,\"message\":\"\"},\n \"id\" : 3\n}",
        R"({"jsonrpc":"2.0","method":"notifications/x","params":{"id":4}})"}) {
    const Scanned scanned = scan(text);
    REQUIRE(scanned.ok());
    CHECK(fed(text, 3).id() == scanned->id);
  }
}

}  // namespace
}  // namespace protocol
