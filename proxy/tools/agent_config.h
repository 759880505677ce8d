// What an agent may write of a server: entries and patches made safe before they reach the
// configuration. A server that an agent added, or whose launch it changed, is quarantined until a
// person has looked at it; and no patch of an agent's decides whether a server runs. What the patch
// may change is for agent_rules.h. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxy::tools {

// The entry with its mode replaced by quarantined. Errors: invalid_argument.
base::Result<std::string> quarantined_entry(std::string_view entry);

// Errors: invalid_argument; forbidden when the patch sets a mode.
base::Result<void> check_patch(std::string_view patch);

// The patch with quarantine added. Errors: as check_patch().
base::Result<std::string> quarantining_patch(std::string_view patch);

}  // namespace proxy::tools
