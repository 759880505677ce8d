// How events are shown: one line each. Pure.
#pragma once
#include <string>
#include <string_view>

#include "proxy/cli/table.h"

namespace proxy::cli {

// `json` is the data of one event of GET /events; what is not readable is shown as it is.
std::string render_event(std::string_view json, const Screen& screen);

}  // namespace proxy::cli
