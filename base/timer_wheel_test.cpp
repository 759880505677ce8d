#include "base/timer_wheel.h"

#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <vector>

namespace base {
namespace {

using std::chrono::milliseconds;

const TimePoint kStart{std::chrono::hours(3)};

struct Probe {
  TimerWheel& wheel;
  std::vector<int>& fired;
  int id;
  TimePoint due{};
  std::function<void()> then = [] {};
  void on_fire() {
    fired.push_back(id);
    then();
  }
  Timer<Probe, &Probe::on_fire> timer{*this};
  void start(milliseconds after) {
    due = kStart + after;
    wheel.start(timer, due);
  }
};

TEST_CASE("timers fire in order of time, and not before it", "[base]") {
  TimerWheel wheel(kStart);
  std::vector<int> fired;
  Probe a{wheel, fired, 1}, b{wheel, fired, 2}, c{wheel, fired, 3};
  a.start(milliseconds(5000));
  b.start(milliseconds(10));
  c.start(milliseconds(10));
  wheel.advance(kStart + milliseconds(9));
  CHECK(fired.empty());
  wheel.advance(kStart + milliseconds(10));
  CHECK(fired == std::vector{2, 3});
  wheel.advance(kStart + milliseconds(4999));
  CHECK(fired.size() == 2);
  wheel.advance(kStart + milliseconds(60'000));
  CHECK(fired == std::vector{2, 3, 1});
  CHECK(!wheel.next_due());
}

TEST_CASE("a timer may cancel, restart or destroy others from its callback", "[base]") {
  TimerWheel wheel(kStart);
  std::vector<int> fired;
  Probe a{wheel, fired, 1}, again{wheel, fired, 3};
  auto victim = std::unique_ptr<Probe>(new Probe{wheel, fired, 2});
  a.start(milliseconds(7));
  victim->start(milliseconds(7));
  again.start(milliseconds(7));
  a.then = [&] { victim.reset(); };
  again.then = [&] {
    if (fired.size() < 4) again.start(milliseconds(7));  // in the past by now: the next advance
  };
  wheel.advance(kStart + milliseconds(7));
  CHECK(fired == std::vector{1, 3});
  wheel.advance(kStart + milliseconds(8));
  CHECK(fired == std::vector{1, 3, 3});
  again.timer.cancel();
  CHECK(wheel.armed_count() == 0);
}

TEST_CASE("any history of starts and cancels fires exactly the timers that are due",
          "[base][random]") {
  const std::uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  TimerWheel wheel(kStart);
  std::vector<int> fired;
  std::vector<std::unique_ptr<Probe>> probes;
  for (int i = 0; i < 300; ++i)
    probes.push_back(std::unique_ptr<Probe>(new Probe{wheel, fired, i}));
  milliseconds now{0};
  for (int step = 0; step < 2000; ++step) {
    Probe& probe = *probes[random() % probes.size()];
    if (random() % 4 == 0) {
      probe.timer.cancel();
    } else {
      const auto magnitude = random() % 24;
      probe.start(now + milliseconds(1 + random() % (1U << magnitude)));
    }
    if (const auto next = wheel.next_due()) {
      for (const auto& p : probes) {
        if (p->timer.armed()) REQUIRE(*next <= p->due);
      }
    }
    if (random() % 3 == 0) now += milliseconds(random() % (1U << (random() % 20)));
    std::vector<int> expected;
    for (const auto& p : probes) {
      if (p->timer.armed() && p->due <= kStart + now) expected.push_back(p->id);
    }
    fired.clear();
    wheel.advance(kStart + now);
    for (std::size_t i = 1; i < fired.size(); ++i) {
      REQUIRE(probes[static_cast<std::size_t>(fired[i - 1])]->due <=
              probes[static_cast<std::size_t>(fired[i])]->due);
    }
    std::sort(fired.begin(), fired.end());
    REQUIRE(fired == expected);
  }
  for (const auto& p : probes) p->timer.cancel();
}

}  // namespace
}  // namespace base
