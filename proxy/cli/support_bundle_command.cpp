// `mcptrunk support-bundle`.
#include <fmt/format.h>

#include "proxy/cli/command.h"
#include "proxy/cli/support_bundle.h"

namespace proxy::cli {
namespace {

constexpr std::uint32_t kOwnerOnly = 0600;

ExitCode write_bundle(Context& context, const std::string& file) {
  const auto written = context.files().write_new(file, support_bundle(context) + "\n", kOwnerOnly);
  if (!written) {
    const bool exists = written.error().code == base::ErrorCode::already_exists;
    return context.fail(
        {written.error().code, written.error().message,
         exists ? "name another file: mcptrunk support-bundle FILE" : written.error().remedy});
  }
  if (context.format == Format::json) {
    std::string text;
    base::JsonWriter(text).begin_object().field("path", file).end_object();
    context.console().out(text + "\n");
  } else {
    context.console().out(fmt::format(
        "{} holds what is needed to help; the secrets of the configuration are taken out, but look "
        "through it before it leaves your hands\n",
        one_clean_line(file)));
  }
  return ExitCode::ok;
}

}  // namespace

void add_support_bundle_command(CommandLine& line) {
  auto file = std::make_shared<std::string>("mcptrunk-support.json");
  CLI::App* command = line.add(
      line.app, "support-bundle",
      "Write version, configuration, states, events and logs into one file, without secrets",
      "mcptrunk support-bundle mcptrunk-support.json");
  line.takes(
      command->add_option("file", *file, "A file that does not exist yet")->option_text("FILE"),
      Values::files);
  line.on(command, [&context = line.context, file] { return write_bundle(context, *file); });
}

}  // namespace proxy::cli
