// `mcptrunk version`: of this program; `mcptrunk status` tells the daemon's.
#include <fmt/format.h>

#include "proxy/cli/command.h"

namespace proxy::cli {

void add_version_command(CommandLine& line) {
  CLI::App* command =
      line.add(line.app, "version", "The version of this program", "mcptrunk version");
  line.on(command, [&context = line.context] {
    context.console().out(context.format == Format::json
                              ? fmt::format("{{\"version\":\"{}\"}}\n", MCPTRUNK_VERSION)
                              : fmt::format("mcptrunk {}\n", MCPTRUNK_VERSION));
    return ExitCode::ok;
  });
}

}  // namespace proxy::cli
