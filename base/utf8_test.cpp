#include "base/utf8.h"

#include <catch2/catch.hpp>

namespace base {
namespace {

TEST_CASE("a text is cut between characters, never in one") {
  CHECK(utf8_prefix("abc", 3) == "abc");
  CHECK(utf8_prefix("abc", 2) == "ab");
  CHECK(utf8_prefix("a\xC3\xA9", 2) == "a");
  CHECK(utf8_prefix("a\xF0\x9F\x98\x80z", 4) == "a");
  CHECK(utf8_prefix("a\xF0\x9F\x98\x80z", 5) == "a\xF0\x9F\x98\x80");
  CHECK(utf8_prefix("\x80\x80\x80", 2).empty());
}

}  // namespace
}  // namespace base
