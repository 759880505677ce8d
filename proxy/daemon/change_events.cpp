#include "proxy/daemon/change_events.h"

#include <algorithm>

#include "proxy/config/groups.h"

namespace proxy::daemon {
namespace {

using events::Change;

events::Event server_event(const config::Config& config, const std::string& name, Change change) {
  return events::ServerConfigChanged{name, config.find_server(name)->groups, change};
}

// How many of the servers whose effective mode is another now are in the group.
std::uint32_t updated_in(const config::ConfigDiff& difference, const config::Config& config,
                         const std::string& group) {
  const auto members = config::members_of(config, group, config::Reach::with_subgroups);
  return static_cast<std::uint32_t>(
      std::ranges::count_if(difference.modes_changed, [&](const config::ModeChange& change) {
        return std::ranges::find(members, change.server) != members.end();
      }));
}

events::Event group_event(const config::ConfigDiff& difference, const config::Config& config,
                          const std::string& name, Change change) {
  return events::GroupChanged{name, change, config.find_group(name)->enabled,
                              updated_in(difference, config, name)};
}

}  // namespace

std::vector<events::Event> change_events(const config::ConfigDiff& difference,
                                         const config::Config& from, const config::Config& to) {
  std::vector<events::Event> told;
  for (const auto& name : difference.servers_added) {
    told.push_back(server_event(to, name, Change::added));
  }
  for (const auto& name : difference.servers_removed) {
    told.push_back(server_event(from, name, Change::removed));
  }
  for (const auto& change : difference.servers_changed) {
    told.push_back(server_event(to, change.server, Change::changed));
  }
  for (const auto& name : difference.groups_added) {
    told.push_back(group_event(difference, to, name, Change::added));
  }
  for (const auto& name : difference.groups_removed) {
    told.push_back(group_event(difference, from, name, Change::removed));
  }
  for (const auto& name : difference.groups_changed) {
    told.push_back(group_event(difference, to, name, Change::changed));
  }
  return told;
}

}  // namespace proxy::daemon
