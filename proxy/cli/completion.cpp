#include "proxy/cli/completion.h"

#include <algorithm>

#include "proxy/cli/json_view.h"

namespace proxy::cli {
namespace {

constexpr std::chrono::milliseconds kDaemonTime{2'000};

// The command that the words so far have led to, and what is expected next.
struct Place {
  CLI::App* app = nullptr;
  std::size_t positionals = 0;            // given already
  const CLI::Option* value_of = nullptr;  // the option whose value comes next
  bool only_positionals = false;          // behind "--"
};

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

bool has_name(const CLI::Option& option, std::string_view word) {
  if (word.starts_with("--")) {
    const std::string_view name = word.substr(2, word.find('=') - 2);
    return std::ranges::find(option.get_lnames(), name) != option.get_lnames().end();
  }
  const std::string_view name = word.substr(1, 1);
  return std::ranges::find(option.get_snames(), name) != option.get_snames().end();
}

// Options of the command, then those of the commands above it.
std::vector<const CLI::Option*> options_of(const CLI::App& app) {
  std::vector<const CLI::Option*> all;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      if (!option->get_positional()) all.push_back(option);
    }
  }
  return all;
}

// Where the daemon is may be said on the line that is being typed.
void take_daemon_option(DaemonOptions& daemon, const CLI::Option& option, std::string value) {
  if (has_name(option, "--url"))
    daemon.url = std::move(value);
  else if (has_name(option, "--api-key"))
    daemon.api_key = std::move(value);
  else if (has_name(option, "--data-dir"))
    daemon.data_dir = std::move(value);
  else if (has_name(option, "--config"))
    daemon.config = std::move(value);
}

void take_word(CommandLine& line, Place& place, const std::string& word) {
  if (place.value_of != nullptr) {
    take_daemon_option(line.context.daemon, *place.value_of, word);
    place.value_of = nullptr;
    return;
  }
  if (word == "--" && !place.only_positionals) {
    place.only_positionals = true;
    return;
  }
  if (word.size() > 1 && word.front() == '-' && !place.only_positionals) {
    for (const CLI::Option* option : options_of(*place.app)) {
      if (!has_name(*option, word)) continue;
      const std::size_t equals = word.find('=');
      if (equals != std::string::npos) {
        take_daemon_option(line.context.daemon, *option, word.substr(equals + 1));
      } else if (takes_value(*option)) {
        place.value_of = option;
      }
      return;
    }
    return;
  }
  const auto commands = place.app->get_subcommands([](CLI::App*) { return true; });
  const auto command = std::ranges::find(commands, word, &CLI::App::get_name);
  if (command != commands.end() && place.positionals == 0) {
    place.app = *command;
  } else {
    ++place.positionals;
  }
}

void add_names(CommandLine& line, std::vector<std::string>& out, const char* list) {
  const auto client = line.context.client();
  if (!client) return;
  const auto data = (*client)->get(list, kDaemonTime);
  const auto document = data ? base::parse_document(*data, Context::kDataLimits) : data.error();
  if (!document) return;
  for_each_in(*document, list, [&](const rapidjson::Value& row) {
    const std::string about =
        row.HasMember("state") ? text_of(row, "state") : text_of(row, "description");
    out.push_back(one_clean_line(text_of(row, "name")) + "\t" + one_clean_line(about));
  });
}

// "table|json" is a list of words.
void add_alternatives(std::vector<std::string>& out, const std::string& text) {
  if (text.find('|') == std::string::npos || text.find(' ') != std::string::npos) return;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    out.push_back(text.substr(begin, end - begin) + "\t");
    begin = end + 1;
  }
}

void add_values(CommandLine& line, std::vector<std::string>& out, const CLI::Option& option) {
  const auto found = line.values.find(&option);
  const Values values = found == line.values.end() ? Values::other : found->second;
  switch (values) {
    case Values::servers:
      add_names(line, out, "servers");
      break;
    case Values::groups:
      add_names(line, out, "groups");
      break;
    case Values::files:
      out.emplace_back(kFilesWord);
      break;
    case Values::other:
      add_alternatives(out, option.get_option_text());
      break;
  }
}

void add_positional(CommandLine& line, std::vector<std::string>& out, const Place& place) {
  std::vector<const CLI::Option*> positionals;
  for (const CLI::Option* option : place.app->get_options()) {
    if (option->get_positional()) positionals.push_back(option);
  }
  if (positionals.empty()) return;
  const bool beyond = place.positionals >= positionals.size();
  const CLI::Option* last = positionals.back();
  if (beyond && last->get_items_expected_max() <= 1) return;
  add_values(line, out, beyond ? *last : *positionals[place.positionals]);
}

void add_options(std::vector<std::string>& out, const CLI::App& app) {
  for (const CLI::Option* option : options_of(app)) {
    for (const std::string& name : option->get_lnames()) {
      out.push_back("--" + name + "\t" + option->get_description());
    }
  }
}

}  // namespace

std::vector<std::string> complete(CommandLine& line, const std::vector<std::string>& words) {
  Place place{&line.app};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) take_word(line, place, words[i]);
  const std::string partial = words.empty() ? "" : words.back();
  std::vector<std::string> out;
  if (place.value_of != nullptr) {
    add_values(line, out, *place.value_of);
  } else if (partial.starts_with('-') && !place.only_positionals) {
    add_options(out, *place.app);
  } else {
    if (place.positionals == 0 && !place.only_positionals) {
      for (const CLI::App* command : place.app->get_subcommands([](CLI::App*) { return true; })) {
        out.push_back(command->get_name() + "\t" + command->get_description());
      }
    }
    add_positional(line, out, place);
  }
  std::erase_if(out, [&](const std::string& word) {
    return word != kFilesWord && !word.starts_with(partial);
  });
  // An option of a command hides one above it.
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace proxy::cli
