#include "proxy/cli/address_word.h"

#include <algorithm>
#include <cctype>

namespace proxy::cli {
namespace {

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_in_name(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.';
}

// "ftp" of "ftp://x"; also of "http:/x" and "https:x", which are slips of the pen.
bool has_scheme(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view scheme = word.substr(0, colon);
  if (!is_letter(scheme.front())) return false;
  const bool is_name =
      std::ranges::all_of(scheme, [](char c) { return is_in_name(c) || c == '+'; });
  return is_name &&
         (word.substr(colon).starts_with("://") || scheme == "http" || scheme == "https");
}

// "localhost:3000", "[::1]:3000/mcp".
bool has_port(std::string_view host, std::string_view rest) {
  if (host.empty() || !rest.starts_with(':')) return false;
  const std::string_view port = rest.substr(1, rest.find('/') - 1);
  return !port.empty() && std::ranges::all_of(port, is_digit);
}

// "example.com", not "script.7" or ".hidden".
bool is_domain(std::string_view host) {
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || host.starts_with('.') || dot + 2 >= host.size())
    return false;
  return std::ranges::all_of(host.substr(dot + 1), is_letter);
}

}  // namespace

AddressKind address_kind_of(std::string_view word) {
  if (word.starts_with("http://") || word.starts_with("https://")) return AddressKind::url;
  if (has_scheme(word)) return AddressKind::unusable;
  const std::size_t bracket = word.starts_with('[') ? word.find(']') : std::string_view::npos;
  if (bracket != std::string_view::npos) {
    const std::string_view rest = word.substr(bracket + 1);
    const bool after = rest.starts_with('/') || has_port(word, rest);
    return after ? AddressKind::unusable : AddressKind::none;
  }
  const auto end = std::ranges::find_if_not(word, is_in_name);
  const std::string_view host(word.begin(), end);
  const std::string_view rest(end, word.end());
  const bool bare = has_port(host, rest) || (rest.starts_with('/') && is_domain(host)) ||
                    (rest.empty() && host.starts_with("www."));
  return bare ? AddressKind::unusable : AddressKind::none;
}

}  // namespace proxy::cli
