// Characters that show nothing, or turn what is around them: controls, bidi marks, zero width,
// tags, variation selectors, fillers, soft hyphens. People see them named; agents, who read every
// code point, are not given them. Pure.
//
// Emoji stay whole: a joiner between two pictographs, and a selector behind one, are no hidden
// text. Line breaks and tabs are not hidden.
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace base {

// False for nearly all text, found without decoding what is ASCII.
bool has_hidden(std::string_view text);

// Calls on_piece(bytes, code point, hidden) for each character, in order; of a byte that begins
// none, the code point is 0.
void for_each_character(
    std::string_view text,
    const std::function<void(std::string_view bytes, char32_t character, bool hidden)>& on_piece);

// Each one as "<U+202E>". Bytes that are no UTF-8 stay.
std::string with_hidden_shown(std::string_view text);

// Without them. Bytes that are no UTF-8 stay.
std::string without_hidden(std::string_view text);

}  // namespace base
