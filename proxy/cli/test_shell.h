// For tests: a user at a terminal, with files and a daemon to play with; and answers of that
// daemon.
#pragma once
#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/sim_file_system.h"
#include "proxy/cli/cli.h"
#include "proxy/cli/fake_daemon.h"
#include "proxy/cli/test_console.h"

namespace proxy::cli {

struct Shell {
  FakeDaemon daemon;
  TestConsole console;
  base::SimFileSystem files;
  std::vector<std::chrono::milliseconds> pauses;
  std::optional<ServeOptions> served;
  std::function<std::unique_ptr<Machine>()> machine = this_machine;

  int run(const std::vector<std::string>& arguments, bool with_daemon = true) {
    std::map<std::string, std::string> variables{{"HOME", "/home/u"}};
    if (with_daemon) {
      variables["MCPTRUNK_URL"] = daemon.url();
      variables["MCPTRUNK_API_KEY"] = "k";
    }
    Context context(console, environment(variables), files);
    context.pause = [this](std::chrono::milliseconds time) { pauses.push_back(time); };
    context.machine = machine();
    context.serve = [this](const ServeOptions& options) {
      served = options;
      return 42;
    };
    console.printed.clear();
    console.complained.clear();
    return cli::run(arguments, context);
  }
  bool printed(std::string_view text) const {
    return console.printed.find(text) != std::string::npos;
  }
  bool complained(std::string_view text) const {
    return console.complained.find(text) != std::string::npos;
  }
};

inline std::string server_row(const std::string& name, const std::string& state,
                              const std::string& more = "") {
  return fmt::format(
      R"({{"name":"{}","state":"{}","startup_mode":"active","groups":["dev"],"tool_count":3,)"
      R"("held_by":""{}}})",
      name, state, more);
}
inline std::string servers_data(const std::vector<std::string>& rows) {
  return fmt::format(R"({{"servers":[{}],"event_id":"1-9"}})", fmt::join(rows, ","));
}

}  // namespace proxy::cli
