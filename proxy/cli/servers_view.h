// How servers are shown: each function takes the daemon's `data` and returns the text. Pure.
#pragma once
#include <string>

#include "base/json.h"
#include "proxy/cli/table.h"

namespace proxy::cli {

// GET servers: one line for each, then how many are in which state.
std::string render_servers(const rapidjson::Value& data, const Screen& screen);
// GET servers/{name}: all that is known.
std::string render_server(const rapidjson::Value& data, const Screen& screen);
// GET servers/{name}: why it is in its state, and the command that changes it.
std::string render_why(const rapidjson::Value& data, const Screen& screen);
// GET servers/{name}/logs.
std::string render_log(const rapidjson::Value& data, const Screen& screen);
// POST servers/{name}/enable and so on: one line.
std::string render_server_action(const rapidjson::Value& data, const Screen& screen);

}  // namespace proxy::cli
