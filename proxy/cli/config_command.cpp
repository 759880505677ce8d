// `mcptrunk config ...`.
#include <fmt/format.h>

#include "proxy/cli/command.h"
#include "proxy/cli/json_view.h"
#include "proxy/config/parser.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kConfigBytesMax = 16 * 1024 * 1024;

Tone tone_of(config::Severity severity) {
  switch (severity) {
    case config::Severity::error:
      return Tone::bad;
    case config::Severity::warning:
      return Tone::busy;
    case config::Severity::unused:
      return Tone::dim;
  }
  return Tone::plain;
}

std::string as_text(const std::string& path, const config::ParseOutcome& outcome,
                    const Screen& screen) {
  std::string text;
  for (const config::Diagnostic& one : outcome.diagnostics) {
    text += fmt::format("{}: {}\n",
                        toned(config::to_string(one.severity), tone_of(one.severity), screen),
                        one_clean_line(config::one_line(one)));
  }
  const auto& good = outcome.config;
  text += good ? fmt::format("{}: good, {} servers, {} groups\n", path, good->servers.size(),
                             good->groups.size())
               : fmt::format("{}: not usable\n", path);
  return text;
}

std::string as_json(const std::string& path, const config::ParseOutcome& outcome) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().field("path", path).field("valid", outcome.config.has_value());
  out.field("servers", outcome.config ? outcome.config->servers.size() : 0);
  out.field("groups", outcome.config ? outcome.config->groups.size() : 0);
  out.key("diagnostics").begin_array();
  for (const config::Diagnostic& one : outcome.diagnostics) {
    out.begin_object().field("severity", config::to_string(one.severity));
    out.field("line", one.line).field("column", one.column).field("path", one.path);
    out.field("message", one.message).field("remedy", one.remedy).end_object();
  }
  out.end_array().end_object();
  return text + "\n";
}

base::Result<std::string> text_of_file(Context& context, const std::string& path) {
  if (path != "-") return context.files().read_file(path, kConfigBytesMax);
  if (auto input = context.console().read_input(kConfigBytesMax)) return *std::move(input);
  return base::Error{base::ErrorCode::too_large, "standard input holds over 16 MiB", "send less"};
}

ExitCode check(Context& context, const std::string& given) {
  const std::string path = given.empty() ? config_path(context.daemon, context.env()) : given;
  const auto text = text_of_file(context, path);
  if (!text) {
    context.fail(text.error());
    return text.error().code == base::ErrorCode::not_found ? ExitCode::not_found
                                                           : ExitCode::configuration;
  }
  const config::ParseOutcome outcome = config::parse(*text, {config::UnknownFields::reported});
  context.console().out(context.format == Format::json
                            ? as_json(path, outcome)
                            : as_text(path, outcome, context.console().screen()));
  return outcome.config ? ExitCode::ok : ExitCode::configuration;
}

}  // namespace

void add_config_command(CommandLine& line) {
  CLI::App* config = line.add(line.app, "config", "Check, show and import configurations",
                              "mcptrunk config check");
  config->require_subcommand(1);

  auto file = std::make_shared<std::string>();
  CLI::App* check_command = line.add(
      *config, "check", "Read a configuration file and say everything that is wrong with it",
      "mcptrunk config check mcp_config.json");
  line.takes(
      check_command->add_option("file", *file, "The file, or - (stdin); the daemon's when left out")
          ->option_text("FILE"),
      Values::files);
  line.on(check_command, [&context = line.context, file] { return check(context, *file); });

  CLI::App* show = line.add(*config, "show", "The running configuration, without secrets",
                            "mcptrunk config show");
  line.on(show, [&context = line.context] {
    return context.present(context.get("config"), [](const rapidjson::Value& data, const Screen&) {
      return pretty_json(data) + "\n";
    });
  });
  add_config_import(line, *config);
}

}  // namespace proxy::cli
