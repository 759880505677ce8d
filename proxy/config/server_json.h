// Servers as REST and the management tools write them: a whole entry, or the fields to change.
// Pure.
//
// The words are those of the file, synonyms included. "***" means "as it was" (redaction.h).
// Errors: invalid_json; invalid_argument with every fault and its path.
#pragma once
#include <string_view>

#include "base/result.h"
#include "proxy/config/config.h"

namespace proxy::config {

// One entry in the form of the list: {"name": "...", "command": "..."}.
base::Result<ServerConfig> server_from_json(std::string_view json);

// `current` with the members of the object `patch`; null removes one, env and headers are merged
// member by member. The name cannot be changed. {"enabled": true} wakes a disabled server and
// leaves a lazy one lazy; {"quarantined": false} makes a quarantined one what it was unless
// "enabled" is false. A lazy one that is disabled or quarantined is lazy again afterwards.
base::Result<ServerConfig> patched_server(const ServerConfig& current, std::string_view patch);

}  // namespace proxy::config
