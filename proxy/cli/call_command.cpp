// `mcptrunk call SERVER:TOOL`.
#include <fmt/format.h>

#include <optional>

#include "proxy/cli/command.h"
#include "proxy/cli/json_option.h"
#include "proxy/cli/json_view.h"
#include "proxy/cli/server_fix.h"
#include "proxy/cli/tools_view.h"

namespace proxy::cli {
namespace {

// What the daemon may need beyond the tool's own time: a start, the way there and back.
constexpr std::chrono::seconds kSlack{35};
constexpr std::chrono::seconds kTimeoutMax{86'400};

struct Options {
  std::string id;
  std::string arguments = "{}";
  std::optional<std::int64_t> timeout_seconds;  // absent: as long as the server's call_timeout
};

bool is_tool_id(std::string_view id) {
  const std::size_t colon = id.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < id.size();
}

ExitCode call(Context& context, const Options& options) {
  if (!is_tool_id(options.id)) {
    return context.fail({base::ErrorCode::invalid_argument,
                         fmt::format("\"{}\" is no tool id", options.id),
                         "write it as SERVER:TOOL; `mcptrunk tools search WORDS` finds it"});
  }
  const auto arguments =
      json_object_option(context, "--args", options.arguments, R"('{"path":"/tmp"}')");
  if (!arguments) return context.fail(arguments.error());
  const auto client = context.client();
  if (!client) return context.fail(client.error());

  std::string body;
  base::JsonWriter writer(body);
  writer.begin_object().field("id", options.id).raw_field("arguments", *arguments);
  std::chrono::seconds timeout = kTimeoutMax;
  if (options.timeout_seconds) {
    timeout = std::chrono::seconds(*options.timeout_seconds);
    writer.field("timeout_ms", std::chrono::milliseconds(timeout).count());
  }
  writer.end_object();
  const auto data = (*client)->post("tools/call", body, timeout + kSlack);
  if (!data) {
    return context.fail(
        with_fix(context, data.error(), options.id.substr(0, options.id.find(':'))));
  }
  const auto document = base::parse_document(*data, Context::kDataLimits);
  const bool is_error = document && flag_of(*document, "isError");
  const ExitCode shown = context.present(data, render_call_result);
  return shown == ExitCode::ok && is_error ? ExitCode::failed : shown;
}

}  // namespace

void add_call_command(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App* command = line.add(line.app, "call", "Call a tool",
                               "mcptrunk call github:create_issue --args '{\"title\":\"Hello\"}'");
  command->add_option("id", options->id, "The tool")->required()->option_text("SERVER:TOOL");
  command->add_option("--args", options->arguments, "Its arguments: JSON, @FILE or - (stdin)")
      ->option_text("JSON");
  command
      ->add_option("--timeout", options->timeout_seconds,
                   "Seconds to wait (the server's call_timeout)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{kTimeoutMax.count()}).description(""))
      ->option_text("SECONDS");
  line.on(command, [&context = line.context, options] { return call(context, *options); });
}

}  // namespace proxy::cli
