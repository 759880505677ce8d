// What the command line says of itself, and of commands that are wrong.
#include <catch2/catch.hpp>

#include "proxy/cli/cli.h"
#include "proxy/cli/test_shell.h"

namespace proxy::cli {
namespace {

TEST_CASE("every command explains itself with an example") {
  Shell shell;
  const std::vector<std::vector<std::string>> commands{{"serve"},
                                                       {"status"},
                                                       {"servers"},
                                                       {"servers", "list"},
                                                       {"servers", "show"},
                                                       {"servers", "why"},
                                                       {"servers", "logs"},
                                                       {"servers", "enable"},
                                                       {"servers", "disable"},
                                                       {"servers", "restart"},
                                                       {"servers", "quarantine"},
                                                       {"servers", "approve"},
                                                       {"servers", "add"},
                                                       {"servers", "update"},
                                                       {"servers", "remove"},
                                                       {"groups"},
                                                       {"groups", "list"},
                                                       {"groups", "enable"},
                                                       {"groups", "disable"},
                                                       {"groups", "restart"},
                                                       {"groups", "add"},
                                                       {"groups", "remove"},
                                                       {"groups", "rename"},
                                                       {"groups", "assign"},
                                                       {"groups", "unassign"},
                                                       {"backup"},
                                                       {"doctor"},
                                                       {"support-bundle"},
                                                       {"completion"},
                                                       {"tools"},
                                                       {"tools", "list"},
                                                       {"tools", "search"},
                                                       {"tools", "show"},
                                                       {"call"},
                                                       {"events"},
                                                       {"activity"},
                                                       {"config"},
                                                       {"config", "check"},
                                                       {"config", "show"},
                                                       {"config", "import"},
                                                       {"version"}};
  for (std::vector<std::string> command : commands) {
    std::string words;
    for (const std::string& word : command) words += " " + word;
    CAPTURE(words);
    command.emplace_back("--help");
    CHECK(shell.run(command, false) == 0);
    CHECK(shell.printed("Example:\n  mcptrunk" + words));
  }
  CHECK(shell.run({"--help"}, false) == 0);
  CHECK(shell.printed("Exit codes"));
  CHECK(shell.run({}, false) == 2);
  CHECK(shell.printed("servers"));
}

TEST_CASE("wrong usage is exit 2 and says what was meant") {
  Shell shell;
  const std::vector<std::vector<std::string>> wrong{{"servesr"},
                                                    {"servers"},
                                                    {"servers", "lsit"},
                                                    {"servers", "show"},
                                                    {"status", "--nonsense"},
                                                    {"status", "-o", "yaml"},
                                                    {"servers", "logs", "a", "-n", "0"},
                                                    {"tools", "search", "--limit", "0"},
                                                    {"servers", "list", "extra"}};
  for (const auto& command : wrong) {
    CAPTURE(command);
    CHECK(shell.run(command, false) == 2);
    CHECK(shell.complained("error: "));
    CHECK(shell.complained("--help"));
  }
}

TEST_CASE("wrong usage names the command, the word, what was meant and how it is used") {
  struct Case {
    std::vector<std::string> command;
    const char* says;
    const char* remedy;
  };
  const Case cases[] = {
      {{"statsu"}, "`mcptrunk` has no command \"statsu\". Did you mean status", "servers, groups"},
      {{"--config", "/c/config.json", "nope"}, "`mcptrunk` has no command \"nope\".", "config"},
      {{"servers", "lsit"},
       "`mcptrunk servers` has no command \"lsit\". Did you mean list?",
       "why"},
      {{"servers"}, "`mcptrunk servers` needs a command behind it", "the commands are: list"},
      {{"servers", "why"}, "`mcptrunk servers why` needs NAME: The server", "servers why NAME"},
      {{"groups", "assign", "a"}, "needs SERVER...: The servers", "groups assign NAME SERVER..."},
      {{"servers", "list", "x"},
       "`mcptrunk servers list` takes no argument \"x\"",
       "servers list;"},
      {{"status", "--confg", "x"},
       "has no option --confg. Did you mean --config?",
       "status --help"},
      {{"status", "-o", "xml"}, "\"xml\" is neither table nor json", "status --help"},
      {{"status", "--url", "a", "--url", "b"}, "--url is given more than once", "status --help"},
      {{"servers", "logs", "a", "-n"}, "--lines has no value behind it", "servers logs NAME"},
      {{"servers", "logs", "a", "-n", "0"}, "--lines: Value 0 not in range 1", "logs NAME"},
      {{"stdio", "--server", "a", "--all"}, "--server and --all do not go together", "stdio"},
      {{"serve", "--log-level", "loud"}, "\"loud\" is none of trace, debug", "serve --help"},
  };
  Shell shell;
  for (const Case& one : cases) {
    CHECK(shell.run(one.command, false) == 2);
    CAPTURE(one.command, shell.console.complained);
    CHECK(shell.complained(one.says));
    CHECK(shell.complained(one.remedy));
  }
}

}  // namespace
}  // namespace proxy::cli
