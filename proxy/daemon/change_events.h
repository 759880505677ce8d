// What subscribers are told of a new configuration: an event for each server and group that came,
// changed or went. Pure.
#pragma once
#include <vector>

#include "proxy/config/config.h"
#include "proxy/config/diff.h"
#include "proxy/events/event.h"

namespace proxy::daemon {

// `difference` is what lies between `from` and `to`. Servers first, then groups; what is gone
// carries the groups that it was in.
std::vector<events::Event> change_events(const config::ConfigDiff& difference,
                                         const config::Config& from, const config::Config& to);

}  // namespace proxy::daemon
