// The servers a group's name stands for, with its subgroups'. Pure.
#pragma once
#include <string_view>

#include "base/result.h"
#include "proxy/config/config.h"
#include "search/tool_index.h"

namespace proxy::daemon {

// Errors: not_found, with the nearest names.
base::Result<search::ServerSet> members_of_group(const config::Config& config,
                                                 std::string_view group);

}  // namespace proxy::daemon
