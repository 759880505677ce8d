#include "upstream/http/answer_meter.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

constexpr std::size_t kMax = AnswerMeter::kFramingBytesMax;

TEST_CASE("an answer may have a head, and frames between its content, of a limited length",
          "[http]") {
  AnswerMeter meter;
  CHECK(meter.take(kMax));
  meter.note_progress();
  CHECK(meter.take(kMax));
  CHECK_FALSE(meter.take(1));
  CHECK(meter.overrun());
  meter.note_progress();  // too late
  CHECK(meter.overrun());
  meter.begin();
  CHECK(meter.take(kMax));
}

}  // namespace
}  // namespace upstream
