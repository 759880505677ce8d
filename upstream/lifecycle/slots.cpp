#include "upstream/lifecycle/slots.h"

#include <algorithm>
#include <cassert>

namespace upstream {

std::strong_ordering Slots::Place::operator<=>(const Place& other) const {
  if (const auto by_rank = rank <=> other.rank; by_rank != 0) return by_rank;
  if (const auto by_order = order <=> other.order; by_order != 0) return by_order;
  return arrival <=> other.arrival;
}

void Slots::enqueue(const StartRequest& request) {
  Place place{2, 0, ++arrivals_, request};
  if (const auto old = places_.find(request.id); old != places_.end()) {
    place.arrival = old->second.arrival;
    dequeue(request.id);
  }
  if (request.waited_for) {
    place.rank = 0;
  } else if (request.known_good_since) {
    place.rank = 1;
    place.order = -request.known_good_since->time_since_epoch().count();
  }
  places_.emplace(request.id, place);
  queues_[static_cast<std::size_t>(request.kind)].insert(place);
}

void Slots::dequeue(std::uint32_t id) {
  const auto entry = places_.find(id);
  if (entry == places_.end()) return;
  queues_[static_cast<std::size_t>(entry->second.request.kind)].erase(entry->second);
  places_.erase(entry);
}

// With fewer than three slots a full reserve would starve everybody else.
std::uint32_t Slots::reserve() const {
  return std::min(kCallerReserve, slots_ - 1);
}

bool Slots::may_start(const StartRequest& request) const {
  const std::uint32_t kept = request.waited_for ? 0 : reserve();
  if (connecting_ + kept >= kConnectingPerSlot * slots_) return false;
  if (request.kind == LeaseKind::runner) return leases(LeaseKind::runner) < kRunnerLeases;
  return leases(LeaseKind::ordinary) + kept < slots_;
}

std::optional<StartRequest> Slots::grant() {
  Queue* best = nullptr;
  for (Queue& queue : queues_) {
    if (queue.empty() || !may_start(queue.begin()->request)) continue;
    if (best == nullptr || *queue.begin() < *best->begin()) best = &queue;
  }
  if (best == nullptr) return std::nullopt;
  const StartRequest request = best->begin()->request;
  dequeue(request.id);
  ++leases_[static_cast<std::size_t>(request.kind)];
  ++connecting_;
  return request;
}

void Slots::release_lease(LeaseKind kind) {
  assert(leases(kind) > 0);
  --leases_[static_cast<std::size_t>(kind)];
}

void Slots::finish_start() {
  assert(connecting_ > 0);
  --connecting_;
}

}  // namespace upstream
