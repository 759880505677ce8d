#include "proxy/config/content_hash.h"

#include <charconv>

#include "base/digest.h"

namespace proxy::config {

ContentHash content_hash(std::string_view text) {
  return base::sha256(text);
}

std::string to_hex(const ContentHash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : hash) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0x0FU];
  }
  return out;
}

std::optional<ContentHash> hash_from_hex(std::string_view hex) {
  ContentHash out{};
  if (hex.size() != out.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char* begin = hex.data() + i * 2;
    const auto [end, error] = std::from_chars(begin, begin + 2, out[i], 16);
    if (error != std::errc{} || end != begin + 2) return std::nullopt;
  }
  return out;
}

}  // namespace proxy::config
