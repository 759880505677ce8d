// TOML as JSON, for the one foreign configuration that is written in it. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxy::config {

// Errors: config_invalid with line and column; too_large.
base::Result<std::string> json_of_toml(std::string_view toml);

}  // namespace proxy::config
