// A subscriber of the simulated daemon's events that stops reading and goes on at random, and holds
// the bus to its word: every event once, in order, or an explicit gap. Resource.
#pragma once
#include <memory>
#include <optional>

#include "base/random.h"
#include "proxy/events/event_bus.h"
#include "report.h"

namespace sim {

class EventReader final : private proxy::events::Subscriber {
 public:
  // `stalls`: how often an event is the last one for now.
  EventReader(Report& report, base::Random& random, double stalls)
      : report_(report), random_(random), stalls_(stalls) {}
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  // To a new bus: from now on; to the one before, from where it was.
  void subscribe(proxy::events::EventBus& bus);
  void leave() { subscription_.reset(); }
  void forget() {
    leave();
    last_.reset();
  }
  bool subscribed() const { return subscription_ != nullptr; }
  // Reads on when it had stopped.
  void go_on();
  // Where it is, when it takes all that comes.
  std::optional<proxy::events::EventId> last() const { return last_; }

 private:
  bool on_event(const std::shared_ptr<const proxy::events::Published>& event) override;
  bool on_gap(const proxy::events::Gap& gap) override;

  Report& report_;
  base::Random& random_;
  const double stalls_;
  bool stalled_ = false;
  std::optional<proxy::events::EventId> last_;
  std::unique_ptr<proxy::events::EventBus::Subscription> subscription_;
};

}  // namespace sim
