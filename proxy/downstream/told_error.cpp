#include "proxy/downstream/told_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/secret_mask.h"

namespace proxy::downstream {
namespace {

constexpr std::string_view kSchemeEnd = "://";

bool is_of_scheme(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

// From the scheme to a blank, a quote or the sign that ends it in a sentence.
void hide_addresses(std::string& text) {
  for (std::size_t at = text.find(kSchemeEnd); at != std::string::npos;
       at = text.find(kSchemeEnd, at)) {
    std::size_t begin = at;
    while (begin > 0 && is_of_scheme(text[begin - 1])) --begin;
    std::size_t end = std::min(text.find_first_of(" \t\n\"'<>", at), text.size());
    while (end > at + kSchemeEnd.size() &&
           std::string_view(".,:;)").find(text[end - 1]) != std::string_view::npos) {
      --end;
    }
    text.replace(begin, end - begin, base::kMasked);
    at = begin + base::kMasked.size();
  }
}

// Why a server does not run is told in words of its configuration and of its last line on stderr.
bool is_of_launch(base::ErrorCode code) {
  using base::ErrorCode;
  return code == ErrorCode::server_unconfigured || code == ErrorCode::server_auto_disabled ||
         code == ErrorCode::exited;
}

// Commands, which stand in quotes, and words that are paths.
void hide_commands(std::string& text) {
  std::string out;
  std::string_view rest = text;
  while (!rest.empty()) {
    if (const std::size_t end = rest.find('"', 1); rest.front() == '"' && end != rest.npos) {
      out += fmt::format("\"{}\"", base::kMasked);
      rest.remove_prefix(end + 1);
      continue;
    }
    const std::size_t size = std::min(rest.find_first_of(" \"", 1), rest.size());
    const std::string_view word = rest.substr(0, size);
    const std::size_t slash = word.find('/');
    const std::size_t blank = word.front() == ' ' ? 1 : 0;
    out += slash == word.npos ? word : word.substr(0, blank);
    if (slash != word.npos) out += base::kMasked;
    rest.remove_prefix(size);
  }
  text = std::move(out);
}

}  // namespace

base::Error told_error(base::Error error, security::Principal caller) {
  if (caller == security::Principal::key_holder) return error;
  hide_addresses(error.message);
  hide_addresses(error.remedy);
  if (is_of_launch(error.code)) {
    hide_commands(error.message);
    hide_commands(error.remedy);
  }
  return error;
}

}  // namespace proxy::downstream
