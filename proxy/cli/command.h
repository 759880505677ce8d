// How a command joins the command line: it adds its subcommand and options to the parser, and tells
// what to run when it was chosen.
#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "proxy/cli/context.h"

namespace proxy::cli {

// What the parse decided on. Empty until a command was chosen.
using Action = std::function<int()>;

// What the value of an option may be, as far as a shell can be told. other: what its text lists,
// such as "table|json".
enum class Values : std::uint8_t { other, servers, groups, files };

// The parser of one run. Everything outlives the parse and the action.
struct CommandLine {
  CLI::App& app;
  Context& context;
  Action action = {};
  std::size_t words_behind = 0;  // how many stand behind "--"
  std::map<const CLI::Option*, Values> values = {};

  // A subcommand of `parent` with an example at the end of its help.
  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& description,
                const std::string& example);
  // An option that may be given several times, each time with one value: what stands behind that is
  // not the option's.
  static CLI::Option* add_repeated(CLI::App* command, const std::string& name,
                                   std::vector<std::string>& values,
                                   const std::string& description);
  // For completion.
  void takes(const CLI::Option* option, Values what) { values.emplace(option, what); }
  // `run` is called after the parse when `command` was chosen.
  void on(CLI::App* command, std::function<ExitCode()> run);
};

// All options and commands; marked words (marked_words.h) can be parsed then.
void add_everything(CommandLine& line);

// One function for each command, in a file of its own.
void add_serve_command(CommandLine& line);
void add_stdio_command(CommandLine& line);
void add_status_command(CommandLine& line);
void add_servers_command(CommandLine& line);
void add_groups_command(CommandLine& line);
void add_tools_command(CommandLine& line);
void add_call_command(CommandLine& line);
void add_events_command(CommandLine& line);
void add_activity_command(CommandLine& line);
void add_config_command(CommandLine& line);
void add_backup_command(CommandLine& line);
void add_doctor_command(CommandLine& line);
void add_support_bundle_command(CommandLine& line);
void add_completion_command(CommandLine& line);
void add_version_command(CommandLine& line);
// Parts of `servers` and `groups`: those that change the configuration.
void add_server_edits(CommandLine& line, CLI::App& servers);
void add_group_edits(CommandLine& line, CLI::App& groups);
// A part of `config`.
void add_config_import(CommandLine& line, CLI::App& config);

}  // namespace proxy::cli
