#include "proxy/config/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/nearest.h"

namespace proxy::config {
namespace {

using GroupTable = std::map<std::string_view, const GroupConfig*>;

GroupTable table_of(const Config& config) {
  GroupTable table;
  for (const GroupConfig& group : config.groups) table.emplace(group.name, &group);
  return table;
}

// The group itself and its ancestors. The parser lets no circle through; a Config made by hand may
// hold one, so the walk is bounded by the number of groups.
std::vector<const GroupConfig*> lineage(const GroupTable& table, std::string_view name) {
  std::vector<const GroupConfig*> out;
  auto found = table.find(name);
  while (found != table.end() && out.size() < table.size()) {
    out.push_back(found->second);
    found = table.find(found->second->parent);
  }
  return out;
}

EffectiveMode effective(const Config& config, const GroupTable& table, const ServerConfig& server) {
  EffectiveMode out{server.name, mode_of(config, server), {}};
  for (const std::string& name : server.groups) {
    for (const GroupConfig* group : lineage(table, name)) {
      const bool named =
          std::find(out.held_by.begin(), out.held_by.end(), group->name) != out.held_by.end();
      if (!group->enabled && !named) out.held_by.push_back(group->name);
    }
  }
  if (!out.held_by.empty() && out.mode != StartupMode::quarantined) {
    out.mode = StartupMode::disabled;
  }
  return out;
}

}  // namespace

std::vector<EffectiveMode> effective_modes(const Config& config) {
  const GroupTable table = table_of(config);
  std::vector<EffectiveMode> out;
  out.reserve(config.servers.size());
  for (const ServerConfig& server : config.servers) {
    out.push_back(effective(config, table, server));
  }
  return out;
}

EffectiveMode effective_mode(const Config& config, const ServerConfig& server) {
  return effective(config, table_of(config), server);
}

std::vector<std::string> members_of(const Config& config, std::string_view group, Reach reach) {
  std::set<std::string_view> wanted{group};
  if (reach == Reach::with_subgroups) {
    const GroupTable table = table_of(config);
    for (const GroupConfig& candidate : config.groups) {
      const std::vector<const GroupConfig*> line = lineage(table, candidate.name);
      const bool below = std::any_of(line.begin(), line.end(),
                                     [&](const GroupConfig* item) { return item->name == group; });
      if (below) wanted.insert(candidate.name);
    }
  }
  std::vector<std::string> out;
  for (const ServerConfig& server : config.servers) {
    const bool member = std::any_of(server.groups.begin(), server.groups.end(),
                                    [&](const std::string& name) { return wanted.contains(name); });
    if (member) out.push_back(server.name);
  }
  return out;
}

std::vector<std::string> holders_of(const Config& config, std::string_view group) {
  std::vector<std::string> out;
  for (const GroupConfig* item : lineage(table_of(config), group)) {
    if (!item->enabled) out.push_back(item->name);
  }
  return out;
}

std::vector<std::string> ancestors_of(const Config& config, std::string_view group) {
  std::vector<std::string> out;
  for (const GroupConfig* item : lineage(table_of(config), group)) out.push_back(item->name);
  if (!out.empty()) out.erase(out.begin());
  return out;
}

base::Error no_group(const Config& config, std::string_view name) {
  std::vector<std::string_view> names;
  for (const GroupConfig& known : config.groups) names.push_back(known.name);
  return {base::ErrorCode::not_found,
          fmt::format("There is no group \"{}\".{}", name.substr(0, 100),
                      base::did_you_mean(base::nearest(name, names, 3))),
          names.empty() ? std::string("There are none yet: `mcptrunk groups add` makes one.")
                        : fmt::format("The groups are: {}. `mcptrunk groups add` makes one.",
                                      base::some_of(names, 40))};
}

}  // namespace proxy::config
