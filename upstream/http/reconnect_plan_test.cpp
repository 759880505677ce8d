#include "upstream/http/reconnect_plan.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a stream that ends is opened again soon, or when the server asked for it", "[http]") {
  ReconnectPlan plan;
  CHECK(plan.note_end(true, std::nullopt, 0.5) == base::Duration(1s));
  CHECK(plan.note_end(true, 500ms, 0.5) == base::Duration(500ms));
  CHECK(plan.note_end(true, std::nullopt, 0.5) == base::Duration(500ms));
}

TEST_CASE("streams that end without a word are opened later each time", "[http]") {
  ReconnectPlan plan;
  CHECK(plan.note_end(false, std::nullopt, 0.999) == base::Duration(1s));
  base::Duration last{};
  for (int i = 0; i < 40; ++i) {
    const base::Duration wait = plan.note_end(false, std::nullopt, 0.999);
    CHECK(wait >= last);
    CHECK(wait <= ReconnectPlan::kMax);
    last = wait;
  }
  CHECK(last > base::Duration(100s));
  CHECK(plan.note_end(false, 1h, 0.0) == base::Duration(1h));
  CHECK(plan.note_end(true, 1s, 0.0) == base::Duration(1s));
}

}  // namespace
}  // namespace upstream
