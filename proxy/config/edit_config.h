// The edits of the top level; called by apply_edit() only.
#pragma once
#include "base/result.h"
#include "proxy/config/edit.h"
#include "proxy/config/edit_context.h"

namespace proxy::config {

base::Result<void> apply(EditContext& context, const SetSettings& edit);

}  // namespace proxy::config
