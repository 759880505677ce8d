#include <catch2/catch.hpp>

#include "upstream/lifecycle/auto_disable.h"
#include "upstream/lifecycle/backoff.h"
#include "upstream/lifecycle/cascade_guard.h"
#include "upstream/lifecycle/failure.h"
#include "upstream/lifecycle/health.h"
#include "upstream/lifecycle/suspend_watch.h"

namespace upstream {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Change = CascadeGuard::Change;
using Verdict = HealthWatch::Verdict;

constexpr base::TimePoint kStart{std::chrono::hours(1)};

TEST_CASE("backoff doubles from one second to five minutes", "[backoff]") {
  CHECK(backoff_ceiling(1) == seconds(1));
  CHECK(backoff_ceiling(2) == seconds(2));
  CHECK(backoff_ceiling(9) == seconds(256));
  CHECK(backoff_ceiling(10) == minutes(5));
  CHECK(backoff_ceiling(1'000'000) == minutes(5));
}

TEST_CASE("jitter spreads a retry over the whole interval", "[backoff]") {
  CHECK(backoff_delay(3, 0.0) == base::Duration(0));
  CHECK(backoff_delay(3, 0.5) == seconds(2));
  CHECK(backoff_delay(3, 0.999) < seconds(4));
}

TEST_CASE("a call wakes a server at once, but once a second and never later than planned",
          "[backoff]") {
  const base::TimePoint planned = kStart + minutes(1);
  CHECK(wake_time(kStart, std::nullopt, planned) == kStart);
  CHECK(wake_time(kStart, kStart - seconds(3), planned) == kStart);
  CHECK(wake_time(kStart, kStart - std::chrono::milliseconds(400), planned) ==
        kStart + std::chrono::milliseconds(600));
  CHECK(wake_time(kStart, kStart, kStart + std::chrono::milliseconds(10)) ==
        kStart + std::chrono::milliseconds(10));
}

TEST_CASE("the login ladder climbs to a day and stays there", "[backoff]") {
  CHECK(login_delay(1) == minutes(5));
  CHECK(login_delay(2) == minutes(15));
  CHECK(login_delay(5) == std::chrono::hours(24));
  CHECK(login_delay(50) == std::chrono::hours(24));
}

TEST_CASE("the guard trips at eight failures that are more than half", "[guard]") {
  CascadeGuard guard;
  for (std::uint32_t id = 0; id < 7; ++id) CHECK(guard.report(id, false, kStart) == Change::none);
  CHECK(guard.report(3, false, kStart) == Change::none);  // the same server again
  CHECK(guard.report(7, false, kStart) == Change::tripped);
  CHECK(guard.failed_servers().size() == 8);
}

TEST_CASE("failures of a minority do not trip the guard", "[guard]") {
  CascadeGuard guard;
  for (std::uint32_t id = 0; id < 20; ++id) (void)guard.report(id, true, kStart);
  for (std::uint32_t id = 20; id < 40; ++id) {
    CHECK(guard.report(id, false, kStart) == Change::none);
  }
  CHECK(guard.report(40, false, kStart) == Change::tripped);
}

TEST_CASE("failures further apart than the window do not add up", "[guard]") {
  CascadeGuard guard;
  for (std::uint32_t id = 0; id < 30; ++id) {
    CHECK(guard.report(id, false, kStart + seconds(10) * id) == Change::none);
    CHECK(guard.attempted() <= 7);
  }
}

TEST_CASE("the guard stays tripped through silence and is released by three successes", "[guard]") {
  CascadeGuard guard;
  for (std::uint32_t id = 0; id < 10; ++id) (void)guard.report(id, false, kStart);
  REQUIRE(guard.tripped());
  CHECK(guard.report(0, false, kStart + minutes(10)) == Change::none);
  CHECK(guard.tripped());
  CHECK(guard.report(1, false, kStart + minutes(10)) == Change::none);
  CHECK(guard.report(2, true, kStart + minutes(10)) == Change::none);
  CHECK(guard.report(3, true, kStart + minutes(10)) == Change::none);
  CHECK(guard.report(4, true, kStart + minutes(10)) == Change::released);
  CHECK(guard.failed() == 0);
}

TEST_CASE("the guard is released when fewer than a quarter fail", "[guard]") {
  CascadeGuard guard;
  for (std::uint32_t id = 0; id < 9; ++id) (void)guard.report(id, false, kStart);
  REQUIRE(guard.tripped());
  CHECK(guard.report(0, true, kStart + minutes(2)) == Change::released);
}

TEST_CASE("a silent server is pinged each tick and dead after three unanswered ones", "[health]") {
  HealthWatch watch;
  CHECK(watch.on_tick(false) == Verdict::well);  // the handshake was heard
  CHECK(watch.on_tick(false) == Verdict::ping);
  CHECK(watch.on_tick(false) == Verdict::ping);
  CHECK(watch.on_tick(false) == Verdict::ping);
  CHECK(watch.on_tick(false) == Verdict::dead);
}

TEST_CASE("any message forgives the misses before it", "[health]") {
  HealthWatch watch;
  (void)watch.on_tick(false);
  for (int i = 0; i < 3; ++i) CHECK(watch.on_tick(false) == Verdict::ping);
  watch.on_heard();
  CHECK(watch.on_tick(false) == Verdict::well);
  for (int i = 0; i < 3; ++i) CHECK(watch.on_tick(false) == Verdict::ping);
  CHECK(watch.on_tick(false) == Verdict::dead);
}

TEST_CASE("a busy server is never pinged nor taken for dead", "[health]") {
  HealthWatch watch;
  (void)watch.on_tick(false);
  for (int i = 0; i < 3; ++i) (void)watch.on_tick(false);
  for (int i = 0; i < 10; ++i) CHECK(watch.on_tick(true) == Verdict::well);
  CHECK(watch.on_tick(false) == Verdict::ping);
}

TEST_CASE("a server that was asked out of turn has all its misses before it", "[health]") {
  HealthWatch watch;
  (void)watch.on_tick(false);
  for (int i = 0; i < 3; ++i) (void)watch.on_tick(false);
  watch.on_asked();
  for (int i = 0; i < 2; ++i) CHECK(watch.on_tick(false) == Verdict::ping);
  CHECK(watch.on_tick(false) == Verdict::dead);
}

TEST_CASE("a server is given up when it failed often enough and for long enough",
          "[auto_disable]") {
  CHECK(patience_with(2, 3, hours(1)) == Patience::try_again);
  CHECK(patience_with(3, 3, kFailingMin) == Patience::give_up);
  CHECK(patience_with(3, 3, kFailingMin - base::Milliseconds(1)) == Patience::last_chance);
  CHECK(patience_with(1, 1, {}) == Patience::last_chance);
  CHECK(patience_with(1'000, 0, hours(1)) == Patience::try_again);
}

TEST_CASE("a suspend is noticed once, and its grace ends", "[suspend]") {
  SuspendWatch watch(hours(5));
  const base::TimePoint now{};
  CHECK_FALSE(watch.look(hours(5), now));
  CHECK_FALSE(watch.is_waking(now));
  CHECK_FALSE(watch.look(hours(5) + SuspendWatch::kNoticed / 2, now));
  CHECK(watch.look(hours(5) + SuspendWatch::kNoticed, now) == SuspendWatch::kNoticed);
  CHECK_FALSE(watch.look(hours(5) + SuspendWatch::kNoticed, now));
  CHECK(watch.is_waking(now + SuspendWatch::kGrace - seconds(1)));
  CHECK_FALSE(watch.is_waking(now + SuspendWatch::kGrace));
}

TEST_CASE("every failure kind has a word that leads back to it", "[failure]") {
  for (int i = 0; i <= static_cast<int>(FailureKind::auth_required); ++i) {
    const auto kind = static_cast<FailureKind>(i);
    CHECK(failure_kind_from(to_string(kind)) == kind);
  }
  CHECK_FALSE(failure_kind_from("tired").has_value());
}

}  // namespace
}  // namespace upstream
