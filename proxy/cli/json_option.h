// An option that takes a JSON object: the text itself, @FILE, or - for standard input.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "proxy/cli/context.h"

namespace proxy::cli {

// The text as it was given. Errors: invalid_argument, naming the option and showing `example`; the
// file system's.
base::Result<std::string> json_object_option(Context& context, std::string_view option,
                                             const std::string& given, std::string_view example);

}  // namespace proxy::cli
