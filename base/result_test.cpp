#include "base/result.h"

#include <catch2/catch.hpp>
#include <memory>

namespace base {
namespace {

TEST_CASE("a result holds a value or an error, and moves what it holds", "[base]") {
  Result<std::unique_ptr<int>> good = std::make_unique<int>(7);
  REQUIRE(good.ok());
  const std::unique_ptr<int> taken = std::move(good).value();
  CHECK(*taken == 7);

  Result<std::unique_ptr<int>> bad = Error{ErrorCode::not_found, "no such thing", "look elsewhere"};
  REQUIRE(!bad.ok());
  CHECK(bad.error().code == ErrorCode::not_found);
  CHECK(one_line(bad.error()) == "no such thing. look elsewhere");
}

TEST_CASE("an error without a remedy reads as one sentence", "[base]") {
  CHECK(one_line({ErrorCode::internal, "it broke.", ""}) == "it broke.");
  CHECK(one_line({ErrorCode::internal, "it broke.", "mend it"}) == "it broke. mend it");
  CHECK(one_line({ErrorCode::internal, "Did you mean a?", "ask"}) == "Did you mean a? ask");
}

TEST_CASE("every error code has a stable text that reads back", "[base]") {
  for (std::uint8_t i = 0; i < kErrorCodeCount; ++i) {
    const auto code = static_cast<ErrorCode>(i);
    CHECK(error_code_from(to_string(code)) == code);
  }
  CHECK(!error_code_from("MCPT_NO_SUCH_CODE"));
}

}  // namespace
}  // namespace base
