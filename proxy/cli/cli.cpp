#include "proxy/cli/cli.h"

#include <fmt/format.h>

#include <sstream>
#include <thread>

#include "proxy/cli/command.h"
#include "proxy/cli/completion.h"
#include "proxy/cli/marked_words.h"
#include "proxy/cli/usage_error.h"

namespace proxy::cli {
namespace {

constexpr std::string_view kCompleteCommand = "__complete";
constexpr const char* kExample =
    "Examples:\n"
    "  mcptrunk serve --config mcp_config.json\n"
    "  mcptrunk servers list\n"
    "  mcptrunk tools search \"create an issue\"\n"
    "  mcptrunk call github:create_issue --args '{\"title\":\"Hello\"}'\n"
    "Exit codes: 0 ok, 1 failed, 2 usage, 3 data directory in use or damaged, 4 bad "
    "configuration,\n"
    "  5 address in use, 6 daemon not reachable, 7 not found, 8 partial failure";

// The number of the format in place of its name; what is wrong, when there is none.
std::string format_word(std::string& word) {
  if (word != "table" && word != "json")
    return fmt::format("\"{}\" is neither table nor json", word);
  word = fmt::format("{}", static_cast<int>(word == "json" ? Format::json : Format::table));
  return {};
}

void add_global_options(CommandLine& line) {
  CLI::App& app = line.app;
  Context& context = line.context;
  app.add_option("-o,--output", context.format, "How to print: table or json")
      ->transform(CLI::Validator(format_word, "", "output"))
      ->option_text("table|json");
  app.add_option("--url", context.daemon.url, "The daemon's address [MCPTRUNK_URL]")
      ->option_text("URL");
  app.add_option("--api-key", context.daemon.api_key, "Its key [MCPTRUNK_API_KEY]")
      ->option_text("KEY");
  line.takes(app.add_option("--data-dir", context.daemon.data_dir,
                            "Where the daemon keeps its data [MCPTRUNK_DATA_DIR]")
                 ->option_text("DIR"),
             Values::files);
  line.takes(
      app.add_option("--config", context.daemon.config, "The configuration file [MCPTRUNK_CONFIG]")
          ->option_text("FILE"),
      Values::files);
}

void add_commands(CommandLine& line) {
  add_serve_command(line);
  add_stdio_command(line);
  add_status_command(line);
  add_servers_command(line);
  add_groups_command(line);
  add_tools_command(line);
  add_call_command(line);
  add_events_command(line);
  add_activity_command(line);
  add_config_command(line);
  add_backup_command(line);
  add_doctor_command(line);
  add_support_bundle_command(line);
  add_completion_command(line);
  add_version_command(line);
}

int report_parse(const CLI::App& app, const CLI::ParseError& error, Context& context) {
  if (error.get_exit_code() == 0) {  // --help asked for
    std::ostringstream out;
    std::ostringstream err;
    app.exit(error, out, err);
    context.console().out(out.str());
    return static_cast<int>(ExitCode::ok);
  }
  return static_cast<int>(context.fail(usage_error(app, error)));
}

}  // namespace

CLI::App* CommandLine::add(CLI::App& parent, const std::string& name,
                           const std::string& description, const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer("Example:\n  " + example +
                  "\nAll commands take -o table|json, --url, --api-key, --data-dir and --config.");
  return command;
}

CLI::Option* CommandLine::add_repeated(CLI::App* command, const std::string& name,
                                       std::vector<std::string>& values,
                                       const std::string& description) {
  return command->add_option(name, values, description + "; may be repeated")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
}

void CommandLine::on(CLI::App* command, std::function<ExitCode()> run) {
  command->callback(
      [this, run = std::move(run)] { action = [run] { return static_cast<int>(run()); }; });
}

void add_everything(CommandLine& line) {
  line.app.name("mcptrunk");
  line.app.description("One trunk line for all your MCP servers.");
  line.app.fallthrough();
  line.app.require_subcommand(1);
  line.app.get_formatter()->column_width(28);
  line.app.footer(kExample);
  add_global_options(line);
  add_commands(line);
  expect_marked_words(line.app);
}

int run(const std::vector<std::string>& arguments, Context& context) {
  CLI::App app;
  CommandLine line{app, context};
  add_everything(line);
  if (!arguments.empty() && arguments.front() == kCompleteCommand) {
    for (const std::string& word : complete(line, {arguments.begin() + 1, arguments.end()})) {
      context.console().out(word + "\n");
    }
    return static_cast<int>(ExitCode::ok);
  }
  if (arguments.empty()) {
    context.console().out(app.help());
    return static_cast<int>(ExitCode::usage);
  }
  line.words_behind = words_behind_dashes(arguments);
  try {  // CLI11 reports by exceptions
    std::vector<std::string> words = marked_words(arguments);
    std::ranges::reverse(words);
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return report_parse(app, error, context);
  }
  return line.action();
}

int run_program(int argc, const char* const* argv, const Commands& commands) {
  const Environment env = config::process_environment();
  ProcessConsole console(env);
  base::PosixFileSystem files;
  Context context(console, env, files);
  context.serve = commands.serve;
  context.machine = this_machine();
  context.pause = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); };
  const int code = run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), context);
  if (console.out_error() == 0) return code;
  const ExitCode failed =
      context.fail(base::file_error("write", "the output", console.out_error()));
  return code == 0 ? static_cast<int>(failed) : code;
}

}  // namespace proxy::cli
