#include "proxy/cli/one_word.h"

namespace proxy::cli {
namespace {

constexpr char kMark = '\x01';

std::string take_mark_off(std::string& word) {
  word = without_mark(std::move(word));
  return {};
}

}  // namespace

std::string marked_as_one(std::string word) {
  return word.starts_with('[') && word.ends_with(']') ? kMark + word : word;
}

std::string without_mark(std::string word) {
  if (word.starts_with(kMark)) word.erase(0, 1);
  return word;
}

void expect_marked_words(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_items_expected_max() > 0) {
      option->transform(CLI::Validator(take_mark_off, "", "word"));
    }
  }
  for (CLI::App* below : command.get_subcommands({})) expect_marked_words(*below);
}

}  // namespace proxy::cli
