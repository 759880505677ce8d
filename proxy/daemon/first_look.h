// The servers whose tools nothing is known of yet when the daemon starts, until each was looked at
// once: when all of them were, a search finds what there is. Resource.
//
// Ownership: the daemon's; the bus outlives it.
// Threads:   the loop thread.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "proxy/events/event_bus.h"

namespace proxy::daemon {

// Value.
struct FirstLookReport {
  std::size_t servers = 0;
  std::size_t answered = 0;  // the others could not be started, or did not list their tools
  std::size_t tools = 0;     // searchable now
  base::Milliseconds took{};
};

class FirstLook final : private events::Subscriber {
 public:
  using Done = std::function<void(std::size_t servers, std::size_t answered)>;

  // `servers`: by name, waiting or being started. `done` is called once, when none of them is left
  // to be looked at; never for none.
  FirstLook(events::EventBus& bus, std::set<std::string> servers, Done done);
  FirstLook(const FirstLook&) = delete;
  FirstLook& operator=(const FirstLook&) = delete;

  std::size_t servers() const { return servers_; }

 private:
  bool on_event(const std::shared_ptr<const events::Published>& event) override;
  bool on_gap(const events::Gap&) override { return true; }

  const std::size_t servers_;
  std::set<std::string> left_;
  std::size_t answered_ = 0;
  Done done_;
  std::unique_ptr<events::EventBus::Subscription> subscription_;  // null once it is done
};

}  // namespace proxy::daemon
