// What is wrong with the words of a command line, said so that one can correct them: the command
// they were for, the word, the nearest that exists, and how the command is used. Pure.
#pragma once
#include <CLI/CLI.hpp>

#include "base/result.h"

namespace proxy::cli {

// REQUIRES: `app` is what threw `error` from its parse, and is as the parse left it.
base::Error usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace proxy::cli
