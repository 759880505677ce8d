#include "proxy/security/base64url.h"

#include <array>
#include <cstdint>

namespace proxy::security {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kForeign = 0xff;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kForeign);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

}  // namespace

void append_base64url(std::string& out, std::span<const unsigned char> bytes) {
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    count += 8;
    while (count >= 6) {
      count -= 6;
      out.push_back(kAlphabet[bits >> count & 63]);
    }
  }
  if (count > 0) out.push_back(kAlphabet[bits << (6 - count) & 63]);
}

std::optional<std::size_t> decode_base64url(std::string_view text, std::span<unsigned char> room) {
  const std::size_t size = text.size() / 4 * 3 + (text.size() % 4) * 3 / 4;
  if (text.size() % 4 == 1 || size > room.size()) return std::nullopt;
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kForeign) return std::nullopt;
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      room[at++] = static_cast<unsigned char>(bits >> count & 0xff);
    }
  }
  const bool stray_bits = (bits & ((1U << count) - 1)) != 0;
  if (stray_bits) return std::nullopt;
  return at;
}

}  // namespace proxy::security
