// Which state events a subscriber wants. Value.
#pragma once
#include <string>
#include <vector>

#include "proxy/events/event.h"

namespace proxy::events {

// Each non-empty list must match; within a list one entry is enough. Empty: all events.
struct EventFilter {
  std::vector<EventType> types;
  std::vector<std::string> servers;
  std::vector<std::string> groups;

  bool matches(const Event& event) const;
};

}  // namespace proxy::events
