// What a session is told of a failure. Pure.
#pragma once
#include "base/result.h"
#include "proxy/security/trust.h"

namespace proxy::downstream {

// Callers without the key are told no address: "No connection to ***: Connection refused"; and of
// what keeps a server from running no command, argument or path.
base::Error told_error(base::Error error, security::Principal caller);

}  // namespace proxy::downstream
