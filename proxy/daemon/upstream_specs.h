// From what the user wants to what the fleet is given: defaults filled in, groups laid over,
// variables expanded. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/config/expansion.h"
#include "upstream/fleet/upstream_spec.h"

namespace proxy::daemon {

// What the store knew of a server when the daemon started.
struct Remembered {
  upstream::UpstreamMemory memory;
  bool has_catalog = false;
};
using RememberedByName = std::map<std::string, Remembered, std::less<>>;

using Variables = std::map<std::string, std::string>;

// One spec for each server of the configuration, in its order. `inherited` is what every server's
// process has in its environment, whatever its own entry says; a server may tell it.
std::vector<upstream::UpstreamSpec> upstream_specs(const config::Config& config,
                                                   const config::Environment& environment,
                                                   const Variables& inherited,
                                                   const RememberedByName& remembered);

// Over all of a server's own configuration but its mode and groups; the same in every run.
std::uint64_t config_hash(const config::ServerConfig& server);

}  // namespace proxy::daemon
