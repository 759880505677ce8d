// Which of many sessions has which of a server's few instances: each one of its own while they
// last, then they take turns. Pure.
#pragma once
#include <cstdint>
#include <span>

#include "base/clock.h"
#include "upstream/session/call.h"

namespace upstream {

// At a time, of one server.
inline constexpr std::size_t kInstancesMax = 4;

// An instance as far as it matters who gets it. Value.
struct InstanceSeat {
  CallerKey caller = kNobody;
  bool busy = false;     // it has calls
  bool leaving = false;  // it is being stopped, for whoever waits
  base::TimePoint last_used{};
};

// What a session that calls gets. Value.
struct InstanceTurn {
  enum class Kind : std::uint8_t {
    use,     // its own, at `seat`
    open,    // a new one
    vacate,  // nothing yet: the one at `seat` is to be stopped for it
    wait,    // nothing yet
  };
  Kind kind = Kind::wait;
  std::size_t seat = 0;
  bool operator==(const InstanceTurn&) const = default;
};

// `ahead`: how many sessions wait for an instance already. An instance without calls is taken from
// the session that has not used it for the longest time.
InstanceTurn turn_for(CallerKey caller, std::span<const InstanceSeat> seats, std::size_t ahead);

}  // namespace upstream
