// A name as one word of a shell, for the commands that messages tell people to type. Pure; any
// thread.
#pragma once
#include <string>
#include <string_view>

namespace base {

// As it is, or in quotes where a shell would read something else.
std::string shell_word(std::string_view text);

}  // namespace base
