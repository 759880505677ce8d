// Who may start now. A slot is a lease on the expensive part of a start; starts that outlive their
// lease go on, up to a limit. Pure bookkeeping: the owner of the leases watches their time.
//
// Invariants: ordinary leases <= slots, runner leases <= kRunnerLeases, connecting <= 4 x slots.
// Cost:       all O(log waiting).
#pragma once
#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "base/clock.h"

namespace upstream {

enum class LeaseKind : std::uint8_t {
  ordinary,
  runner,  // the first start of a package runner, which downloads
};
inline constexpr std::uint32_t kRunnerLeases = 4;
inline constexpr std::uint32_t kCallerReserve = 2;
inline constexpr std::uint32_t kConnectingPerSlot = 4;

constexpr base::Duration lease_time(LeaseKind kind) {
  return kind == LeaseKind::runner ? std::chrono::seconds(30) : std::chrono::seconds(5);
}

// The place of one start among those that wait: callers first, then known-good servers, latest
// success first, then the rest; within each in the order they came. Value.
struct StartRequest {
  std::uint32_t id = 0;
  LeaseKind kind = LeaseKind::ordinary;
  bool waited_for = false;                         // by a caller
  std::optional<base::WallTime> known_good_since;  // of its last success
};

class Slots {
 public:
  explicit Slots(std::uint32_t slots) : slots_(slots) {}

  // Leases already out stay out. REQUIRES: slots > 0.
  void set_slots(std::uint32_t slots) { slots_ = slots; }

  // Asking again replaces the request but for its place among equals.
  void enqueue(const StartRequest& request);
  void dequeue(std::uint32_t id);

  // The request that may start now, taken out of the queue with a lease and counted as connecting;
  // nothing when none may.
  std::optional<StartRequest> grant();

  // The lease is given back: handshake, failure or time. The start itself may go on.
  void release_lease(LeaseKind kind);
  // The start is over, well or not. REQUIRES: its lease was released.
  void finish_start();

  std::uint32_t leases(LeaseKind kind) const { return leases_[static_cast<std::size_t>(kind)]; }
  std::uint32_t connecting() const { return connecting_; }
  std::uint32_t slots() const { return slots_; }
  std::size_t waiting() const { return places_.size(); }

 private:
  struct Place {
    std::uint8_t rank = 0;
    std::int64_t order = 0;
    std::uint64_t arrival = 0;
    StartRequest request;
    std::strong_ordering operator<=>(const Place& other) const;
    bool operator==(const Place& other) const { return std::is_eq(*this <=> other); }
  };
  using Queue = std::set<Place>;

  bool may_start(const StartRequest& request) const;
  std::uint32_t reserve() const;

  std::uint32_t slots_;
  std::uint32_t connecting_ = 0;
  std::array<std::uint32_t, 2> leases_{};
  std::array<Queue, 2> queues_;            // by LeaseKind, so that one kind never blocks the other
  std::map<std::uint32_t, Place> places_;  // all of both queues, by server
  std::uint64_t arrivals_ = 0;
};

}  // namespace upstream
