// The command line of mcptrunk: parses it, runs one command, says how it ended. Every command but
// `serve`, `stdio` and `config check` speaks REST with the running daemon.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "proxy/cli/context.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/serve_options.h"

namespace proxy::cli {

// What the program brings along.
struct Commands {
  std::function<int(const ServeOptions&)> serve;  // runs until it is told to stop; the exit code
};

// The whole program.
int run_program(int argc, const char* const* argv, const Commands& commands);

// One command, without the program's name; what `context` holds is used and set.
int run(const std::vector<std::string>& arguments, Context& context);

}  // namespace proxy::cli
