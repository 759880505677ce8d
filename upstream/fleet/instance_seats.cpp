#include "upstream/fleet/instance_seats.h"

#include <algorithm>
#include <optional>

namespace upstream {

InstanceTurn turn_for(CallerKey caller, std::span<const InstanceSeat> seats, std::size_t ahead) {
  using Kind = InstanceTurn::Kind;
  std::optional<std::size_t> longest_unused;
  for (std::size_t i = 0; i < seats.size(); ++i) {
    const InstanceSeat& seat = seats[i];
    if (seat.leaving) continue;
    if (seat.caller == caller) return {Kind::use, i};
    if (seat.busy) continue;
    if (!longest_unused || seat.last_used < seats[*longest_unused].last_used) longest_unused = i;
  }
  if (seats.size() + ahead < kInstancesMax) return {Kind::open, 0};
  const auto leaving = static_cast<std::size_t>(
      std::count_if(seats.begin(), seats.end(), [](const auto& seat) { return seat.leaving; }));
  if (leaving > ahead || !longest_unused) return {Kind::wait, 0};
  return {Kind::vacate, *longest_unused};
}

}  // namespace upstream
