// What the HTTP server may hold, from the configuration and from what the system lets this process
// open. Pure.
#pragma once
#include <sys/resource.h>

#include "proxy/config/config.h"
#include "proxy/http/message.h"

namespace proxy::daemon {

// `files_max`: how many descriptors this process may have. Servers and their instances need theirs
// even when every place for a connection is taken.
http::Limits connection_limits(const config::Config& config, rlim_t files_max);

}  // namespace proxy::daemon
