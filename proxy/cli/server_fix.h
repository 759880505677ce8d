// What would let a server run again, where the daemon refuses something because it may not.
#pragma once
#include <string>

#include "proxy/cli/context.h"

namespace proxy::cli {

// The error of a server that is disabled or held, with the command that mends it in its remedy.
// Asks the daemon; other errors, and those it has no answer for, stay as they are.
base::Error with_fix(Context& context, base::Error error, const std::string& server);

}  // namespace proxy::cli
