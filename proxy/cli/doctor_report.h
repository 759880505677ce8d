// All that `mcptrunk doctor` looks at, put together: the machine, the files, and the daemon where
// one answers. Functions.
#pragma once
#include <cstddef>
#include <string>

#include "proxy/cli/context.h"
#include "proxy/cli/doctor.h"

namespace proxy::cli {

Findings examine(Context& context);

std::size_t problems_in(const Findings& findings);
// {"problems", "findings": [...]}.
std::string report_json(const Findings& findings);

}  // namespace proxy::cli
