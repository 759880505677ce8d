// How groups are shown. Pure.
#pragma once
#include <string>

#include "base/json.h"
#include "proxy/cli/table.h"

namespace proxy::cli {

// GET groups: a tree, children below their parents.
std::string render_groups(const rapidjson::Value& data, const Screen& screen);
// POST groups/{name}/enable and so on: what became of each member.
std::string render_group_action(const rapidjson::Value& data, const Screen& screen);

}  // namespace proxy::cli
