// Names one state event for ever: which start of the daemon, and which event of it. Value.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proxy::events {

struct EventId {
  std::uint64_t epoch = 0;  // one more at each start of the daemon
  std::uint64_t seq = 0;    // the first event is 1; 0 stands for "before all"
  auto operator<=>(const EventId&) const = default;
};

// "epoch-seq", decimal.
std::string to_string(EventId id);
// Nothing unless `text` is exactly what to_string() gives.
std::optional<EventId> event_id_from(std::string_view text);

}  // namespace proxy::events
