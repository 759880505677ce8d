// How tools and the results of calls are shown. Pure.
#pragma once
#include <string>

#include "base/json.h"
#include "proxy/cli/table.h"

namespace proxy::cli {

// GET tools, or GET servers/{name}/tools.
std::string render_tools(const rapidjson::Value& data, const Screen& screen);
// GET index/search.
std::string render_search(const rapidjson::Value& data, const Screen& screen);
// GET tools/{id}.
std::string render_tool(const rapidjson::Value& data, const Screen& screen);
// POST tools/call: text as it is, other content by what it is.
std::string render_call_result(const rapidjson::Value& data, const Screen& screen);

}  // namespace proxy::cli
