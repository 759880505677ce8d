// Characters that show nothing, or turn what is around them: controls, bidi marks, zero width, tags,
// variation selectors, fillers, soft hyphens. People see them named; agents, who read every code
// point, are not given them. Pure.
//
// Emoji stay whole: a joiner between two pictographs, and a selector behind one, are no hidden text.
// Line breaks and tabs are not hidden.
#pragma once
#include <string>
#include <string_view>

namespace base {

// False for nearly all text, found without decoding what is ASCII.
bool has_hidden(std::string_view text);

// Each one as "<U+202E>". Bytes that are no UTF-8 stay.
std::string with_hidden_shown(std::string_view text);

// Without them. Bytes that are no UTF-8 stay.
std::string without_hidden(std::string_view text);

}  // namespace base
