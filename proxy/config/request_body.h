// The body of a request as one JSON object, and what is wrong with it: each fault with the path of
// its field. Pure.
#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/config/diagnostic.h"
#include "proxy/config/spanned_json.h"

namespace proxy::config {

// Nothing but an object will do. `what` names it ("server"), `example` shows one. Errors:
// invalid_json, invalid_argument.
base::Result<JsonNode> object_of(std::string_view json, std::string_view what,
                                 std::string_view example);

// invalid_argument with every error of the diagnostics, one a line.
base::Error faults_of(const std::vector<Diagnostic>& diagnostics);

}  // namespace proxy::config
