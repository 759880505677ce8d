// What an agent reads of an error: a tool result with isError. Pure.
#pragma once
#include <string>

#include "base/result.h"

namespace proxy::tools {

// A CallToolResult whose text is "message. remedy [MCPT_...]".
std::string error_result(const base::Error& error);

}  // namespace proxy::tools
