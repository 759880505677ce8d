// Percent-decoding of path segments and query values. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace proxy::http {

// Nothing for a broken escape, NUL or bytes that are not UTF-8.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace proxy::http
