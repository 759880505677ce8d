#include "base/shell_word.h"

namespace base {
namespace {

constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.,:/@%+=-";

bool is_plain(char c) {
  return kPlain.find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_word(std::string_view text) {
  bool bare = !text.empty();
  bool only_spaces = true;
  for (const char c : text) {
    bare = bare && is_plain(c);
    only_spaces = only_spaces && (is_plain(c) || c == ' ');
  }
  if (bare) return std::string(text);
  if (only_spaces) return '"' + std::string(text) + '"';
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += R"('\'')";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace base
