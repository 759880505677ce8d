#include "proxy/cli/usage_error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/nearest.h"
#include "proxy/cli/marked_words.h"
#include "proxy/cli/table.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kSuggestionsMax = 3;

using Commands = std::vector<const CLI::App*>;

// The commands that were chosen, the program itself first.
Commands chosen_in(const CLI::App& app) {
  Commands chosen{&app};
  while (!chosen.back()->get_subcommands().empty()) {
    chosen.push_back(chosen.back()->get_subcommands().front());
  }
  return chosen;
}

// "mcptrunk servers why".
std::string path_of(const Commands& chosen) {
  std::vector<std::string> words;
  for (const CLI::App* command : chosen) words.push_back(command->get_name());
  return fmt::format("{}", fmt::join(words, " "));
}

std::vector<const CLI::Option*> arguments_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::string how_to_use(const Commands& chosen) {
  std::string usage = path_of(chosen);
  for (const CLI::Option* argument : arguments_of(*chosen.back())) {
    const std::string& text = argument->get_option_text();
    usage += argument->get_required() || text.starts_with('[') ? fmt::format(" {}", text)
                                                               : fmt::format(" [{}]", text);
  }
  if (!chosen.back()->get_subcommands({}).empty()) usage += " COMMAND";
  return fmt::format("usage: {}; all of it: `{} --help`", usage, path_of(chosen));
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  return base::did_you_mean(base::nearest(word, views, kSuggestionsMax));
}

base::Error bad(std::string_view message, std::string remedy) {
  return {base::ErrorCode::invalid_argument, one_clean_line(message), std::move(remedy)};
}

base::Error no_command(const Commands& chosen, const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const CLI::App* command : chosen.back()->get_subcommands({})) {
    names.push_back(command->get_name());
  }
  const std::string known = fmt::format("the commands are: {}", fmt::join(names, ", "));
  const auto word = std::ranges::find_if(
      words, [](const std::string& text) { return !text.empty() && !text.starts_with('-'); });
  if (word == words.end()) {
    return bad(fmt::format("`{}` needs a command behind it", path_of(chosen)),
               fmt::format("{}; {}", known, how_to_use(chosen)));
  }
  return bad(fmt::format("`{}` has no command \"{}\".{}", path_of(chosen), *word,
                         suggestion(*word, names)),
             fmt::format("{}; {}", known, how_to_use(chosen)));
}

base::Error left_over(const Commands& chosen, const std::vector<std::string>& words) {
  const auto option =
      std::ranges::find_if(words, [](const std::string& text) { return text.starts_with('-'); });
  if (option == words.end()) {
    return bad(fmt::format("`{}` takes no argument \"{}\"", path_of(chosen), words.front()),
               how_to_use(chosen));
  }
  std::vector<std::string> names;
  for (const CLI::App* command : chosen) {
    for (const CLI::Option* known : command->get_options()) {
      for (const std::string& name : known->get_lnames()) names.push_back("--" + name);
    }
  }
  return bad(
      fmt::format("`{}` has no option {}.{}", path_of(chosen), *option, suggestion(*option, names)),
      how_to_use(chosen));
}

base::Error missing_argument(const Commands& chosen, const CLI::ParseError& error) {
  for (const CLI::Option* argument : arguments_of(*chosen.back())) {
    if (!argument->get_required() || argument->count() > 0) continue;
    return bad(fmt::format("`{}` needs {}: {}", path_of(chosen), argument->get_option_text(),
                           argument->get_description()),
               how_to_use(chosen));
  }
  return bad(error.what(), how_to_use(chosen));
}

std::string message_of(const CLI::ParseError& error) {
  std::string text = error.what();
  const std::string option = text.substr(0, text.find(':'));
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) {
    return text.find("missing") != std::string::npos
               ? fmt::format("{} has no value behind it", option)
               : fmt::format("{} is given more than once", option);
  }
  constexpr std::string_view kExcludes = " excludes ";
  if (const std::size_t at = text.find(kExcludes); at != std::string::npos) {
    return fmt::format("{} and {} do not go together", text.substr(0, at),
                       text.substr(at + kExcludes.size()));
  }
  return text;
}

}  // namespace

base::Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const Commands chosen = chosen_in(app);
  std::vector<std::string> words = app.remaining(true);
  std::ranges::transform(words, words.begin(), without_mark);
  const auto is = [&](CLI::ExitCodes code) {
    return error.get_exit_code() == static_cast<int>(code);
  };
  const bool required = is(CLI::ExitCodes::RequiredError);
  const bool extra = is(CLI::ExitCodes::ExtrasError) && !words.empty();
  const bool wants_command = !chosen.back()->get_subcommands({}).empty();
  if (wants_command && (required || extra)) return no_command(chosen, words);
  if (required) return missing_argument(chosen, error);
  if (extra) return left_over(chosen, words);
  return bad(message_of(error), how_to_use(chosen));
}

}  // namespace proxy::cli
