#include "upstream/lifecycle/slots.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

namespace upstream {
namespace {

base::WallTime wall(std::int64_t ms) {
  return base::WallTime(std::chrono::milliseconds(ms));
}

StartRequest plain(std::uint32_t id) {
  return {id, LeaseKind::ordinary, false, std::nullopt};
}
StartRequest waited(std::uint32_t id) {
  return {id, LeaseKind::ordinary, true, std::nullopt};
}

std::vector<std::uint32_t> grant_all(Slots& slots) {
  std::vector<std::uint32_t> ids;
  while (const auto granted = slots.grant()) ids.push_back(granted->id);
  return ids;
}

TEST_CASE("callers go first, then known-good servers by their last success, then the rest",
          "[slots]") {
  Slots slots(10);
  slots.enqueue(plain(1));
  slots.enqueue({2, LeaseKind::ordinary, false, wall(100)});
  slots.enqueue({3, LeaseKind::ordinary, false, wall(200)});
  slots.enqueue(waited(4));
  slots.enqueue(plain(5));
  CHECK(grant_all(slots) == std::vector<std::uint32_t>{4, 3, 2, 1, 5});
}

TEST_CASE("two slots are kept for servers that a caller waits for", "[slots]") {
  Slots slots(4);
  for (std::uint32_t id = 0; id < 6; ++id) slots.enqueue(plain(id));
  CHECK(grant_all(slots).size() == 2);
  slots.enqueue(waited(10));
  slots.enqueue(waited(11));
  slots.enqueue(waited(12));
  CHECK(grant_all(slots) == std::vector<std::uint32_t>{10, 11});
}

TEST_CASE("with one slot the rest still start", "[slots]") {
  Slots slots(1);
  slots.enqueue(plain(1));
  CHECK(grant_all(slots).size() == 1);
}

TEST_CASE("a returned lease lets the next one start while the first still connects", "[slots]") {
  Slots slots(1);
  for (std::uint32_t id = 0; id < 10; ++id) slots.enqueue(waited(id));
  for (int i = 0; i < 4; ++i) {
    REQUIRE(slots.grant().has_value());
    CHECK_FALSE(slots.grant().has_value());
    slots.release_lease(LeaseKind::ordinary);
  }
  CHECK(slots.connecting() == 4);
  CHECK_FALSE(slots.grant().has_value());
  slots.finish_start();
  CHECK(slots.grant().has_value());
}

TEST_CASE("package runners have leases of their own and block nobody", "[slots]") {
  Slots slots(10);
  for (std::uint32_t id = 0; id < 6; ++id) {
    slots.enqueue({id, LeaseKind::runner, false, std::nullopt});
  }
  slots.enqueue(plain(20));
  CHECK(grant_all(slots) == std::vector<std::uint32_t>{0, 1, 2, 3, 20});
  CHECK(slots.leases(LeaseKind::runner) == kRunnerLeases);
  CHECK(slots.leases(LeaseKind::ordinary) == 1);
}

TEST_CASE("a caller's interest moves a waiting server ahead without losing its turn", "[slots]") {
  Slots slots(10);
  slots.enqueue(plain(1));
  slots.enqueue(plain(2));
  slots.enqueue(plain(3));
  slots.enqueue(waited(3));
  slots.dequeue(1);
  CHECK(slots.waiting() == 2);
  CHECK(grant_all(slots) == std::vector<std::uint32_t>{3, 2});
}

TEST_CASE("no history of starts exceeds slots or connecting limits", "[slots][random]") {
  std::mt19937_64 random(7);
  Slots slots(10);
  std::vector<StartRequest> leased;
  std::uint32_t connecting = 0;
  for (std::uint32_t turn = 0; turn < 20'000; ++turn) {
    switch (random() % 4) {
      case 0:
        slots.enqueue({turn, random() % 3 == 0 ? LeaseKind::runner : LeaseKind::ordinary,
                       random() % 2 == 0, std::nullopt});
        break;
      case 1:
        if (leased.empty()) break;
        std::swap(leased[random() % leased.size()], leased.back());
        slots.release_lease(leased.back().kind);
        leased.pop_back();
        break;
      case 2:
        if (connecting > leased.size()) {
          slots.finish_start();
          --connecting;
        }
        break;
      default:
        if (const auto granted = slots.grant()) {
          leased.push_back(*granted);
          ++connecting;
        }
    }
    REQUIRE(slots.leases(LeaseKind::ordinary) <= 10);
    REQUIRE(slots.leases(LeaseKind::runner) <= kRunnerLeases);
    REQUIRE(slots.connecting() <= 40);
    REQUIRE(slots.connecting() == connecting);
  }
}

}  // namespace
}  // namespace upstream
