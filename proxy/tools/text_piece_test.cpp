#include "proxy/tools/text_piece.h"

#include <catch2/catch.hpp>

#include "base/json.h"

namespace proxy::tools {
namespace {

// All pieces one after another.
std::vector<std::string> all_pieces(std::string_view whole, std::uint64_t limit) {
  std::vector<std::string> pieces;
  std::uint64_t at = 0;
  do {
    const Piece piece = piece_of(whole, at, limit);
    REQUIRE(piece.next > at);
    REQUIRE(characters(piece.text) <= limit);
    REQUIRE(piece.total == characters(whole));
    pieces.push_back(piece.text);
    at = piece.next;
  } while (at < characters(whole));
  return pieces;
}

TEST_CASE("text is cut between characters, and its pieces make it whole again", "[tools]") {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
  CHECK(characters(text) == 5);
  for (std::uint64_t limit = 1; limit <= 6; ++limit) {
    std::string joined;
    for (const std::string& piece : all_pieces(text, limit)) joined += piece;
    CHECK(joined == text);
  }
  CHECK(piece_of(text, 1, 1).text == "\xC3\xA9");
}

TEST_CASE("an array is cut between elements, each piece an array", "[tools]") {
  const std::string array = R"([ {"a":1} , {"b":[2,3]},"x,]y" ,4])";
  std::size_t elements = 0;
  for (const std::string& piece : all_pieces(array, 14)) {
    CAPTURE(piece);
    const auto document = base::parse_document(piece);
    REQUIRE(document.ok());
    REQUIRE(document->IsArray());
    elements += document->Size();
  }
  CHECK(elements == 4);
}

TEST_CASE("an element longer than the limit, and an offset inside of one, are cut like text",
          "[tools]") {
  const std::string array = R"(["aaaaaaaaaaaaaaaaaaaaaaaa","b"])";
  CHECK(piece_of(array, 0, 10).text == R"(["aaaaaaaa)");
  CHECK(piece_of(array, 5, 4).text == "aaaa");
  CHECK(piece_of("[1,2,", 0, 3).text == "[1,");
  CHECK(piece_of("[]", 0, 1).text == "[");
}

TEST_CASE("an offset at or beyond the end gives an empty rest", "[tools]") {
  for (const std::uint64_t offset : {3ULL, 4ULL, ~0ULL}) {
    const Piece piece = piece_of("abc", offset, 5);
    CHECK(piece.text.empty());
    CHECK(piece.next == 3);
  }
  CHECK(piece_of("", 0, 5).total == 0);
  CHECK(piece_of("abc", 1, ~0ULL).text == "bc");
}

}  // namespace
}  // namespace proxy::tools
