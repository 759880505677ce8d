// Cutting UTF-8 where a character ends. Pure; any thread.
#pragma once
#include <cstddef>
#include <string_view>

namespace base {

// The longest prefix of at most `bytes_max` bytes that ends with a whole character. Bytes that are
// no UTF-8 are cut somewhere.
constexpr std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace base
