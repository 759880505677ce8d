// Groups as an overlay over the servers' own modes: a server runs when its own mode lets it and
// none of its groups or their ancestors is disabled. Nothing is stored, so enabling a group again
// restores exactly what was. Pure functions of a Config.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/config/config.h"

namespace proxy::config {

struct EffectiveMode {
  std::string server;
  StartupMode mode = StartupMode::active;  // disabled when held; quarantined stays quarantined
  std::vector<std::string> held_by;        // every disabled group that holds it, nearest first
  bool operator==(const EffectiveMode&) const = default;
};

// One for each server, in the order of config.servers. Linear.
std::vector<EffectiveMode> effective_modes(const Config& config);
// REQUIRES: `server` is one of config.servers.
EffectiveMode effective_mode(const Config& config, const ServerConfig& server);

enum class Reach : std::uint8_t { direct, with_subgroups };

// The servers of a group in file order; none when there is no such group.
std::vector<std::string> members_of(const Config& config, std::string_view group, Reach reach);

// The group and its ancestors as far as they are disabled, nearest first: they hold its members.
std::vector<std::string> holders_of(const Config& config, std::string_view group);

// The group's parent, grandparent and so on.
std::vector<std::string> ancestors_of(const Config& config, std::string_view group);

// not_found, with the nearest names.
base::Error no_group(const Config& config, std::string_view name);

}  // namespace proxy::config
