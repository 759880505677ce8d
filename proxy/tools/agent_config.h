// What an agent may write of a server: entries and patches made safe before they reach the
// configuration. A server that an agent added, or whose launch it changed, is quarantined until a
// person has looked at it; and no patch of an agent's decides whether a server runs. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxy::tools {

// The entry with its mode replaced by quarantined. Errors: invalid_argument.
base::Result<std::string> quarantined_entry(std::string_view entry);

// The patch, with quarantine added unless it changes only texts, groups, limits and filters.
// Errors: invalid_argument; forbidden when it sets a mode.
base::Result<std::string> guarded_patch(std::string_view patch);

}  // namespace proxy::tools
