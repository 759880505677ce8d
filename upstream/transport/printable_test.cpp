#include "upstream/transport/printable.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

std::string printable(std::string_view text) {
  std::string out;
  append_printable(out, text);
  return out;
}

TEST_CASE("stderr becomes printable: no controls, no terminal sequences, no broken UTF-8",
          "[transport]") {
  CHECK(printable("plain \xC3\xA4 \xF0\x9F\x98\x80\ttab") ==
        "plain \xC3\xA4 \xF0\x9F\x98\x80\ttab");
  CHECK(printable("\x1B[1;31mred\x1B[0m") == "red");
  CHECK(printable("\x1B]0;title\x07text\x1B]8;;u\x1B\\x") == "textx");
  CHECK(printable("\x1B[12") == "");
  CHECK(printable("\x1B") == "");
  CHECK(printable(std::string_view("a\0b\x7F\b", 5)) == "a?b??");
  CHECK(printable("\xC3(") == "?(");
  CHECK(printable("\xED\xA0\x80") == "???");
  CHECK(printable("\xC0\xAF\xFF\xE2\x82") == "?????");
  CHECK(printable("\xC2\x9B") == "??");  // a C1 control starts a terminal sequence too
}

}  // namespace
}  // namespace upstream
