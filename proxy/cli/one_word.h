// Words that CLI11 would take apart: "[a,b]" is a list of values to it, and one word to whoever
// gives it. They are marked before the parse, and the mark is taken off after it. Pure.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace proxy::cli {

std::string marked_as_one(std::string word);
std::string without_mark(std::string word);

// All options and arguments of the command and those below it take marked words.
void expect_marked_words(CLI::App& command);

}  // namespace proxy::cli
