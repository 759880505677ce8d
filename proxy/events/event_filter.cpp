#include "proxy/events/event_filter.h"

#include <algorithm>

namespace proxy::events {

bool EventFilter::matches(const Event& event) const {
  const auto has = [](const auto& list, const auto& value) {
    return std::ranges::find(list, value) != list.end();
  };
  if (!types.empty() && !has(types, type_of(event))) return false;
  if (!servers.empty() && !has(servers, server_of(event))) return false;
  return groups.empty() || std::ranges::any_of(groups, [&](const std::string& group) {
           return concerns_group(event, group);
         });
}

}  // namespace proxy::events
