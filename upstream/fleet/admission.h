// Gives slots to those that wait for one, at the end of the turn in which one became free. The
// rules are in lifecycle/slots.h. Resource.
#pragma once
#include <cstdint>
#include <unordered_map>

#include "base/turn_queue.h"
#include "upstream/lifecycle/slots.h"

namespace upstream {

class Starter {
 public:
  virtual ~Starter() = default;
  // A lease of the kind asked for is now its own, and it counts as connecting.
  virtual void on_slot() = 0;
};

class Admission {
 public:
  Admission(base::TurnQueue& turn, std::uint32_t slots) : turn_(turn), slots_(slots) {}

  void set_slots(std::uint32_t slots) {
    slots_.set_slots(slots);
    turn_.schedule(grant_);
  }
  // `starter` outlives its request.
  void enqueue(const StartRequest& request, Starter& starter) {
    starters_[request.id] = &starter;
    slots_.enqueue(request);
    turn_.schedule(grant_);
  }
  void dequeue(std::uint32_t id) {
    slots_.dequeue(id);
    starters_.erase(id);
  }
  void release_lease(LeaseKind kind) {
    slots_.release_lease(kind);
    turn_.schedule(grant_);
  }
  void finish_start() {
    slots_.finish_start();
    turn_.schedule(grant_);
  }
  const Slots& slots() const { return slots_; }

 private:
  void grant() {
    while (const auto granted = slots_.grant()) {
      Starter* starter = starters_.at(granted->id);
      starters_.erase(granted->id);
      starter->on_slot();
    }
  }

  base::TurnQueue& turn_;
  Slots slots_;
  std::unordered_map<std::uint32_t, Starter*> starters_;
  base::EndOfTurn<Admission, &Admission::grant> grant_{*this};
};

}  // namespace upstream
