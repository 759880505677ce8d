// The words of a line as CLI11 is to see them. It takes "[a,b]" for a list of values, and what
// stands behind "--" for options again where a command has its arguments already. Such words are
// marked before the parse, and the mark is taken off after it. Pure.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace proxy::cli {

// All words but the first "--".
std::vector<std::string> marked_words(const std::vector<std::string>& arguments);
// How many stand behind the first "--".
std::size_t words_behind_dashes(const std::vector<std::string>& arguments);

std::string without_mark(std::string word);

// All options and arguments of the command and those below it take marked words; an option does not
// take one from behind "--".
void expect_marked_words(CLI::App& command);

}  // namespace proxy::cli
