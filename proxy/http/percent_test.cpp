#include "proxy/http/percent.h"

#include <catch2/catch.hpp>

namespace proxy::http {
namespace {

TEST_CASE("escapes are decoded once, and a plus only where it is a space", "[http]") {
  CHECK(percent_decoded("a%20b%2Fc%2f", false) == "a b/c/");
  CHECK(percent_decoded("a+b", false) == "a+b");
  CHECK(percent_decoded("a+b", true) == "a b");
  CHECK(percent_decoded("%2525", false) == "%25");
  CHECK(percent_decoded("%C3%A9", false) == "\xC3\xA9");
}

TEST_CASE("a broken escape, NUL and bytes that are no UTF-8 are refused", "[http]") {
  for (const char* text : {"%", "%1", "%zz", "a%2", "%00", "%ff", "%C3", "%ED%A0%80", "%C0%AF"}) {
    CAPTURE(text);
    CHECK(!percent_decoded(text, false));
  }
}

}  // namespace
}  // namespace proxy::http
