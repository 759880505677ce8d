// Holds what the observer is to be told until the end of the turn, so that it is never told inside
// a call of the fleet's, and always in order. Resource.
#pragma once
#include <functional>
#include <utility>
#include <vector>

#include "base/turn_queue.h"
#include "upstream/fleet/fleet_observer.h"

namespace upstream {

class Outbox {
 public:
  using Message = std::function<void(FleetObserver&)>;
  Outbox(base::TurnQueue& turn, FleetObserver& observer) : turn_(turn), observer_(observer) {}

  void post(Message message) {
    waiting_.push_back(std::move(message));
    turn_.schedule(deliver_);
  }
  // For what arrives from an upstream at the top of the stack and cannot wait: its views end there.
  FleetObserver& direct() { return observer_; }

 private:
  void deliver() {
    for (const Message& message : std::exchange(waiting_, {})) message(observer_);
  }

  base::TurnQueue& turn_;
  FleetObserver& observer_;
  std::vector<Message> waiting_;
  base::EndOfTurn<Outbox, &Outbox::deliver> deliver_{*this};
};

}  // namespace upstream
