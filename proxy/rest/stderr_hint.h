// What the last words of a server that ended usually mean. Pure.
#pragma once
#include <span>
#include <string_view>

namespace proxy::rest {

// What to do about what the lines say; empty when nothing of it is understood. A constant.
std::string_view hint_of(std::span<const std::string_view> stderr_tail);

}  // namespace proxy::rest
