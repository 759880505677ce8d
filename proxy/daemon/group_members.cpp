#include "proxy/daemon/group_members.h"

#include "proxy/config/groups.h"

namespace proxy::daemon {

base::Result<search::ServerSet> members_of_group(const config::Config& config,
                                                 std::string_view group) {
  if (config.find_group(group) == nullptr) return config::no_group(config, group);
  search::ServerSet members;
  for (const std::string& server :
       config::members_of(config, group, config::Reach::with_subgroups)) {
    members.insert(server);
  }
  return members;
}

}  // namespace proxy::daemon
