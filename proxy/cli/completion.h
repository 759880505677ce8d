// Which words may follow on a command line that is being typed: from the tree of commands, and for
// servers and groups from the daemon. The shells ask for them through the hidden command
// `__complete`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "proxy/cli/command.h"

namespace proxy::cli {

// A line that tells the shell to offer files.
inline constexpr std::string_view kFilesWord = ":files";

// `words` stand after the program's name; the last one, which may be empty, is to be completed.
// "word<TAB>description" each. Without a daemon there are no names; nothing is an error.
std::vector<std::string> complete(CommandLine& line, const std::vector<std::string>& words);

// What a shell evaluates to have completion; empty for a shell that is not known.
std::string_view completion_script(std::string_view shell);

}  // namespace proxy::cli
