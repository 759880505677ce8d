#include "upstream/session/audience.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <vector>

#include "base/random.h"

namespace upstream {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr CallerKey kAnna = 1;
constexpr CallerKey kBert = 2;
constexpr CallerKey kCarl = 3;

struct Timeline {
  void call(CallerKey caller) { under_way.insert(caller); }
  void over(CallerKey caller) {
    under_way.erase(under_way.find(caller));
    audience.on_over(caller, now);
  }
  void called(CallerKey caller) {
    call(caller);
    over(caller);
  }
  void wait(base::Duration time) { now += time; }
  CallerKey meant() const {
    return audience.sole(now, [this](auto add) {
      for (const CallerKey caller : under_way) add(caller);
    });
  }

  base::TimePoint now{minutes(100)};
  std::multiset<CallerKey> under_way;
  Audience audience;
};

TEST_CASE("a server that had no call means nobody", "[audience]") {
  Timeline line;
  CHECK(line.meant() == kNobody);
  line.call(kOurselves);
  CHECK(line.meant() == kNobody);
  line.over(kOurselves);
  CHECK(line.meant() == kNobody);
}

TEST_CASE("the only client with calls is meant, and for five minutes behind the last of them",
          "[audience]") {
  Timeline line;
  line.call(kAnna);
  line.call(kAnna);
  line.wait(minutes(30));
  CHECK(line.meant() == kAnna);
  line.over(kAnna);
  line.over(kAnna);
  line.wait(Audience::kRemembered - seconds(1));
  CHECK(line.meant() == kAnna);
  line.wait(seconds(1));
  CHECK(line.meant() == kNobody);
}

TEST_CASE("what is said while one client calls may be of another's call that has ended",
          "[audience]") {
  Timeline line;
  line.called(kAnna);
  line.wait(seconds(1));
  line.call(kBert);
  CHECK(line.meant() == kNobody);
  line.over(kBert);
  CHECK(line.meant() == kNobody);
  line.wait(Audience::kRemembered - seconds(1));
  CHECK(line.meant() == kBert);
}

TEST_CASE("one who calls on and on is alone again once the others are forgotten", "[audience]") {
  Timeline line;
  line.call(kBert);
  line.called(kAnna);
  line.called(kCarl);
  for (int minute = 0; minute < 5; ++minute) {
    line.called(kBert);
    CHECK(line.meant() == kNobody);
    line.wait(minutes(1));
  }
  CHECK(line.meant() == kBert);
}

TEST_CASE("a caller who cannot be told is a stranger to the others, we ourselves are not",
          "[audience]") {
  Timeline line;
  line.call(kAnna);
  line.called(kOurselves);
  CHECK(line.meant() == kAnna);
  line.called(kNobody);
  CHECK(line.meant() == kNobody);
}

// Beside the rule in its plain form, which remembers everybody.
TEST_CASE("what little is remembered decides as if all were", "[audience]") {
  base::Random random(7);
  for (int run = 0; run < 200; ++run) {
    Timeline line;
    std::map<CallerKey, base::TimePoint> ended;
    for (int step = 0; step < 100; ++step) {
      const auto caller = static_cast<CallerKey>(random.below(4));
      if (line.under_way.contains(caller)) {
        line.over(caller);
        ended[caller] = line.now;
      } else if (random.below(2) == 0) {
        line.call(caller);
      }
      line.wait(seconds(random.below(150)));
      std::set<CallerKey> meant(line.under_way.begin(), line.under_way.end());
      for (const auto& [client, at] : ended) {
        if (line.now < at + Audience::kRemembered) meant.insert(client);
      }
      REQUIRE(line.meant() == (meant.size() == 1 ? *meant.begin() : kNobody));
    }
  }
}

}  // namespace
}  // namespace upstream
