// The edits of groups; called by apply_edit() only.
#pragma once
#include "base/result.h"
#include "proxy/config/edit.h"
#include "proxy/config/edit_context.h"

namespace proxy::config {

base::Result<void> apply(EditContext& context, const AddGroup& edit);
base::Result<void> apply(EditContext& context, const UpdateGroup& edit);
base::Result<void> apply(EditContext& context, const PatchGroup& edit);
base::Result<void> apply(EditContext& context, const SetGroupEnabled& edit);
base::Result<void> apply(EditContext& context, const RemoveGroup& edit);
base::Result<void> apply(EditContext& context, const RenameGroup& edit);
base::Result<void> apply(EditContext& context, const AssignServers& edit);
base::Result<void> apply(EditContext& context, const UnassignServers& edit);
base::Result<void> apply(EditContext& context, const SetMembers& edit);

}  // namespace proxy::config
