// `mcptrunk doctor`.
#include <fmt/format.h>

#include "proxy/cli/command.h"
#include "proxy/cli/doctor_report.h"

namespace proxy::cli {
namespace {

Tone tone_of(Health health) {
  switch (health) {
    case Health::good:
      return Tone::good;
    case Health::notice:
      return Tone::busy;
    case Health::problem:
      return Tone::bad;
  }
  return Tone::plain;
}

std::string as_text(const Findings& findings, std::size_t problems, const Screen& screen) {
  std::string text;
  for (const Finding& one : findings) {
    text += fmt::format("{:<9}{}: {}\n", one.health == Health::good ? "ok" : to_string(one.health),
                        one_clean_line(one.check),
                        toned(one_clean_line(one.message), tone_of(one.health), screen));
    if (!one.remedy.empty()) text += fmt::format("{:<9}-> {}\n", "", one_clean_line(one.remedy));
  }
  text += problems == 0
              ? "nothing needs to be done\n"
              : fmt::format("{} problem{} to solve\n", problems, problems == 1 ? "" : "s");
  return text;
}

ExitCode examine_and_tell(Context& context) {
  const Findings findings = examine(context);
  const std::size_t problems = problems_in(findings);
  context.console().out(context.format == Format::json
                            ? report_json(findings) + "\n"
                            : as_text(findings, problems, context.console().screen()));
  return problems == 0 ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

void add_doctor_command(CommandLine& line) {
  CLI::App* command =
      line.add(line.app, "doctor",
               "Look for what is wrong with configuration, data directory, port, clock, limits and "
               "servers; exit code 1 when something needs to be done",
               "mcptrunk doctor");
  line.on(command, [&context = line.context] { return examine_and_tell(context); });
}

}  // namespace proxy::cli
