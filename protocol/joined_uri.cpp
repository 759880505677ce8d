#include "protocol/joined_uri.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace protocol {
namespace {

constexpr std::string_view kScheme = "mcptrunk://";

bool stands_in_host(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

}  // namespace

std::string join_uri(std::string_view server, std::string_view uri) {
  std::string joined(kScheme);
  for (const char c : server) {
    if (stands_in_host(c)) {
      joined += c;
    } else {
      fmt::format_to(std::back_inserter(joined), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  joined += '/';
  joined += uri;
  return joined;
}

std::optional<JoinedUri> split_joined_uri(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  const std::size_t slash = uri.find('/');
  if (slash == 0 || slash == std::string_view::npos) return std::nullopt;
  JoinedUri joined;
  joined.uri = uri.substr(slash + 1);
  for (std::size_t i = 0; i < slash; ++i) {
    if (uri[i] != '%') {
      joined.server += uri[i];
      continue;
    }
    unsigned value = 0;
    const char* digits = uri.data() + i + 1;
    if (i + 2 >= slash || std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2) {
      return std::nullopt;
    }
    joined.server += static_cast<char>(value);
    i += 2;
  }
  return joined;
}

}  // namespace protocol
