// `mcptrunk activity`.
#include <fmt/format.h>

#include "proxy/cli/activity_view.h"
#include "proxy/cli/command.h"
#include "proxy/cli/json_view.h"

namespace proxy::cli {
namespace {

struct Options {
  std::uint32_t limit = 50;
  std::uint32_t before = 0;
  std::string server;
  bool failures = false;
};

std::string path_of(const Options& options) {
  std::string path = fmt::format("activity?limit={}", options.limit);
  if (options.before > 0) path += fmt::format("&before={}", options.before);
  if (!options.server.empty()) path += "&server=" + percent_encoded(options.server);
  if (options.failures) path += "&failures=true";
  return path;
}

std::string outcome_of(const rapidjson::Value& record) {
  if (flag_of(record, "success")) return "ok";
  const std::string code = text_of(record, "code");
  return code.empty() ? text_of(record, "detail") : code;
}

}  // namespace

std::string render_activity(const rapidjson::Value& data, const Screen& screen) {
  std::vector<std::vector<Cell>> rows;
  std::int64_t skipped = 0;
  for_each_in(data, "activity", [&](const rapidjson::Value& record) {
    constexpr double kMicrosecondsPerMillisecond = 1000;
    const auto microseconds = static_cast<double>(number_of(record, "duration_us"));
    skipped += number_of(record, "skipped_before");
    rows.push_back({{fmt::format("{}", number_of(record, "sequence")), Tone::dim},
                    {time_text(text_of(record, "at")), Tone::dim},
                    {text_of(record, "server") + ":" + text_of(record, "tool"), Tone::strong},
                    {outcome_of(record), flag_of(record, "success") ? Tone::good : Tone::bad},
                    {fmt::format("{:.1f} ms", microseconds / kMicrosecondsPerMillisecond)},
                    {bytes_text(number_of(record, "response_bytes"))},
                    {text_of(record, "actor"), Tone::dim}});
  });
  if (rows.empty()) return "no calls are kept\n";
  std::string text = render_table({{"NO", true},
                                   {"TIME"},
                                   {"TOOL", false, 16, 1},
                                   {"OUTCOME", false, 0, 3},
                                   {"TOOK", true},
                                   {"RESULT", true},
                                   {"BY", false, 0, 2}},
                                  rows, screen);
  if (skipped > 0) {
    text += fmt::format("{} more calls succeeded in this time and were not kept\n", skipped);
  }
  return text;
}

void add_activity_command(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App* command = line.add(line.app, "activity",
                               "Calls that ended, newest first: all that failed, and a sample",
                               "mcptrunk activity --server github --failures");
  command->add_option("--limit", options->limit, "At most so many (50)")
      ->check(CLI::Range(1, 1000).description(""))
      ->option_text("N");
  command->add_option("--before", options->before, "Only those before this one, by its number")
      ->option_text("N");
  command->add_option("--server", options->server, "Only this server's")->option_text("NAME");
  command->add_flag("--failures", options->failures, "Only those that failed");
  line.on(command, [&context = line.context, options] {
    return context.present(context.get(path_of(*options)), render_activity);
  });
}

}  // namespace proxy::cli
