// State and call events as JSON, the form that REST clients read. Pure.
#pragma once
#include <string>

#include "base/clock.h"
#include "proxy/events/event.h"
#include "proxy/events/event_id.h"

namespace proxy::events {

struct CallEvent;

// {"id":"3-17","type":"...","time":"2026-11-21T03:40:46.123Z",...the struct's members}. One line.
std::string to_json(EventId id, base::WallTime at, const Event& event);
std::string to_json(const CallEvent& event);

// "2026-11-21T03:40:46.123Z".
std::string iso_time(base::WallTime at);

}  // namespace proxy::events
