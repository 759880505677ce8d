#include "proxy/config/duration.h"

#include <catch2/catch.hpp>

namespace proxy::config {
namespace {

using namespace std::chrono_literals;

TEST_CASE("every Go form of a duration is read", "[config]") {
  CHECK(parse_duration("2m0s") == 120s);
  CHECK(parse_duration("1m30s") == 90s);
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("1.5h") == 90min);
  CHECK(parse_duration(".5s") == 500ms);
  CHECK(parse_duration("1h2m3s4ms") == 3'723'004ms);
  CHECK(parse_duration("2500us") == 2ms);
  CHECK(parse_duration("3000000ns") == 3ms);
  CHECK(parse_duration("5000\xC2\xB5s") == 5ms);
  CHECK(parse_duration("+5s") == 5s);
  CHECK(parse_duration("0") == 0s);
  CHECK(parse_duration("0.1s") == 100ms);
}

TEST_CASE("what is no duration is refused", "[config]") {
  for (const char* text : {"", "90", "s", "1", "-1s", "1 s", "1d", "1s1", "1..5s", "abc", "1e3s",
                           "+", "inf", "nan", "999999999999h", "1S"}) {
    CAPTURE(text);
    CHECK(!parse_duration(text));
  }
  for (const char* text : {"", "-1", "x", "1e300", "1s"}) {
    CAPTURE(text);
    CHECK(!parse_seconds(text));
  }
}

TEST_CASE("numbers are seconds", "[config]") {
  CHECK(parse_seconds("90") == 90s);
  CHECK(parse_seconds("0.25") == 250ms);
  CHECK(parse_seconds("1e2") == 100s);
}

TEST_CASE("a printed duration reads back", "[config]") {
  CHECK(format_duration(120s) == "2m0s");
  CHECK(format_duration(1500ms) == "1.5s");
  CHECK(format_duration(250ms) == "250ms");
  CHECK(format_duration(0ms) == "0s");
  CHECK(format_duration(1h) == "1h0m0s");
  for (std::int64_t value = 1; value < 400'000'000; value = value * 3 + 7) {
    CHECK(parse_duration(format_duration(std::chrono::milliseconds(value))) ==
          std::chrono::milliseconds(value));
  }
}

}  // namespace
}  // namespace proxy::config
