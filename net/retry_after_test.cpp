#include "net/retry_after.h"

#include <catch2/catch.hpp>

namespace net {
namespace {

using namespace std::chrono_literals;

constexpr base::WallTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 8 / 22) + 10h};

TEST_CASE("Retry-After is seconds or a date, and never more than an hour", "[http]") {
  CHECK(parse_retry_after("0", kNow) == base::Duration(0));
  CHECK(parse_retry_after("120", kNow) == base::Duration(120s));
  CHECK(parse_retry_after("7200", kNow) == kRetryAfterMax);
  CHECK(parse_retry_after("99999999999999999999", kNow) == kRetryAfterMax);
  CHECK(parse_retry_after("Sat, 22 Aug 2026 10:00:30 GMT", kNow) == base::Duration(30s));
  CHECK(parse_retry_after("Sat, 22 Aug 2026 09:59:30 GMT", kNow) == base::Duration(0));
  CHECK(parse_retry_after("Sun, 23 Aug 2026 10:00:30 GMT", kNow) == kRetryAfterMax);
}

TEST_CASE("what is no Retry-After is none", "[http]") {
  for (const std::string_view text :
       {"", "soon", "-1", "1.5", "12s", "Sat, 31 Feb 2026 10:00:30 GMT",
        "Sat, 22 Xyz 2026 10:00:30 GMT", "Sat, 22 Aug 2026 10:00:30 CET", "Sat, 22 Aug 2026"}) {
    INFO(text);
    CHECK_FALSE(parse_retry_after(text, kNow));
  }
}

}  // namespace
}  // namespace net
