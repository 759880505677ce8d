// Groups as clients of REST write them. Pure.
//
// Errors: invalid_json; invalid_argument with every fault and its path.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "proxy/rest/admin_types.h"

namespace proxy::rest {

// {"name", "description", "parent", "enabled", "color", "members":["server"]}; only the name must
// be there.
base::Result<GroupDraft> group_draft_from(std::string_view body);

// The same members, all optional, and "assign" and "unassign": servers to take in and let go.
// null for a parent, a description or a color removes it.
base::Result<GroupChanges> group_changes_from(std::string_view body);

// {"name":"file"}; empty without it.
base::Result<std::string> backup_name_from(std::string_view body);

}  // namespace proxy::rest
