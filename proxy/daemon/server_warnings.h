// What is wrong with a server that runs all the same: calls that fail, noise where messages belong,
// a flooded log. Pure.
#pragma once
#include <string_view>
#include <vector>

#include "proxy/rest/admin_types.h"
#include "upstream/fleet/fleet.h"

namespace proxy::daemon {

std::vector<rest::Warning> warnings_of(const upstream::UpstreamView& view);

// Of a server whose name looks like `other`'s.
rest::Warning look_alike_warning(std::string_view other);

}  // namespace proxy::daemon
