// How the daemon's status is shown. Pure.
#pragma once
#include <string>

#include "base/json.h"
#include "proxy/cli/table.h"

namespace proxy::cli {

// GET status.
std::string render_status(const rapidjson::Value& data, const Screen& screen);

}  // namespace proxy::cli
