// POST tools/call: {"id":"server:tool","arguments":{...},"timeout_ms":n} to a call. Pure but for
// call_tool().
#pragma once
#include <string_view>

#include "base/result.h"
#include "proxy/rest/admin_types.h"
#include "proxy/rest/router.h"

namespace proxy::rest {

// `name` is read for `id` too, as MCP calls it. Errors: invalid_json, invalid_argument.
base::Result<ToolCall> tool_call_from(std::string_view body);

void call_tool(const Handling& handling);

}  // namespace proxy::rest
