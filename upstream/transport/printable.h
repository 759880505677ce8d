// What an upstream wrote, fit for logs, terminals and JSON. Pure.
#pragma once
#include <string>
#include <string_view>

namespace upstream {

// Control characters and broken UTF-8 become '?', terminal sequences vanish, tabs stay. Appends to
// `out`.
void append_printable(std::string& out, std::string_view text);

}  // namespace upstream
