#include "proxy/cli/marked_words.h"

#include <algorithm>

namespace proxy::cli {
namespace {

constexpr char kOneWord = '\x01';
constexpr char kBehindDashes = '\x02';

std::string take_mark_off(std::string& word) {
  word = without_mark(std::move(word));
  return {};
}

std::string take_own_mark_off(std::string& word) {
  if (word.starts_with(kBehindDashes)) return "no value stands before --";
  return take_mark_off(word);
}

}  // namespace

std::size_t words_behind_dashes(const std::vector<std::string>& arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  return dashes == arguments.end() ? 0 : static_cast<std::size_t>(arguments.end() - dashes) - 1;
}

std::vector<std::string> marked_words(const std::vector<std::string>& arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  std::vector<std::string> words;
  for (auto word = arguments.begin(); word != arguments.end(); ++word) {
    if (word == dashes) continue;
    const bool is_list = word->starts_with('[') && word->ends_with(']');
    if (word > dashes) {
      words.push_back(kBehindDashes + *word);
    } else {
      words.push_back(is_list ? kOneWord + *word : *word);
    }
  }
  return words;
}

std::string without_mark(std::string word) {
  if (word.starts_with(kOneWord) || word.starts_with(kBehindDashes)) word.erase(0, 1);
  return word;
}

void expect_marked_words(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_items_expected_max() == 0) continue;
    option->transform(
        CLI::Validator(option->get_positional() ? take_mark_off : take_own_mark_off, "", "word"));
  }
  for (CLI::App* below : command.get_subcommands({})) expect_marked_words(*below);
}

}  // namespace proxy::cli
