// Parts of a long text that may be shown or read by themselves: cut at UTF-8 borders, JSON arrays
// between their elements. Pure.
//
// Cost: linear in the text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace proxy::tools {

// How many characters (code points) valid UTF-8 has.
std::uint64_t characters(std::string_view utf8);

struct Piece {
  std::string text;
  std::uint64_t next = 0;   // where the rest begins, in characters of the whole
  std::uint64_t total = 0;  // characters of the whole
};

// At most `limit` characters of `whole` (valid UTF-8), from character `offset` on. When `whole` is
// a JSON array and an element begins at `offset` (or it is 0), the piece is an array of those
// elements that fit; an element that is longer than the limit is cut like any text.
// REQUIRES: limit > 0.
Piece piece_of(std::string_view whole, std::uint64_t offset, std::uint64_t limit);

}  // namespace proxy::tools
