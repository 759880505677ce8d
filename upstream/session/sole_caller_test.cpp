#include "upstream/session/sole_caller.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr CallerKey kAnna = 1;
constexpr CallerKey kBert = 2;

struct Timeline {
  void call(CallerKey caller) { sole.on_call(caller, now); }
  void over(CallerKey caller, bool answered = true) { sole.on_over(caller, answered, now); }
  void wait(base::Duration time) { now += time; }
  CallerKey asked() const { return sole.at(now); }

  base::TimePoint now{seconds(100)};
  SoleCaller sole;
};

TEST_CASE("a question is that of the only client with calls", "[sole_caller]") {
  Timeline line;
  CHECK(line.asked() == kNobody);
  line.call(kAnna);
  line.call(kAnna);
  line.wait(seconds(30));
  CHECK(line.asked() == kAnna);
  line.over(kAnna);
  CHECK(line.asked() == kAnna);
}

TEST_CASE("a late question is still that of the caller, for a second", "[sole_caller]") {
  Timeline line;
  line.call(kAnna);
  line.over(kAnna);
  line.wait(milliseconds(999));
  CHECK(line.asked() == kAnna);
  line.wait(milliseconds(1));
  CHECK(line.asked() == kNobody);
}

TEST_CASE("a question while two clients call is nobody's until the server was quiet",
          "[sole_caller]") {
  Timeline line;
  line.call(kAnna);
  line.over(kAnna);
  line.wait(milliseconds(500));
  line.call(kBert);
  CHECK(line.asked() == kNobody);
  line.over(kBert);
  line.call(kBert);
  CHECK(line.asked() == kNobody);
  line.over(kBert);
  line.wait(seconds(1));
  line.call(kBert);
  CHECK(line.asked() == kBert);
}

TEST_CASE("a caller who cannot be asked counts as a stranger, we ourselves do not",
          "[sole_caller]") {
  Timeline line;
  line.call(kAnna);
  line.call(kOurselves);
  CHECK(line.asked() == kAnna);
  line.over(kOurselves);
  line.call(kNobody);
  CHECK(line.asked() == kNobody);
  line.over(kNobody);
  CHECK(line.asked() == kNobody);
}

TEST_CASE("a call that was given up may be asked about for a minute", "[sole_caller]") {
  Timeline line;
  line.call(kAnna);
  line.over(kAnna, /*answered=*/false);
  line.wait(seconds(59));
  CHECK(line.asked() == kAnna);
  line.call(kBert);
  CHECK(line.asked() == kNobody);
  line.over(kBert);
  line.wait(seconds(1));
  line.call(kBert);
  CHECK(line.asked() == kBert);
}

}  // namespace
}  // namespace upstream
