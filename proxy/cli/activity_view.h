// How kept calls are shown. Pure.
#pragma once
#include <rapidjson/document.h>

#include <string>

#include "proxy/cli/table.h"

namespace proxy::cli {

std::string render_activity(const rapidjson::Value& data, const Screen& screen);

}  // namespace proxy::cli
