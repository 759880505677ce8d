// What is wrong with a server that runs all the same: calls that fail, noise where messages belong,
// a flooded log. Pure.
#pragma once
#include <vector>

#include "proxy/rest/admin_types.h"
#include "upstream/fleet/fleet.h"

namespace proxy::daemon {

std::vector<rest::Warning> warnings_of(const upstream::UpstreamView& view);

}  // namespace proxy::daemon
