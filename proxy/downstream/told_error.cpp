#include "proxy/downstream/told_error.h"

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

}  // namespace

base::Error told_error(base::Error error, security::Principal caller) {
  if (caller == security::Principal::key_holder) return error;
  hide_addresses(error.message);
  hide_addresses(error.remedy);
  return error;
}

}  // namespace proxy::downstream
