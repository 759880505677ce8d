// The text functions of table.h: widths, cleaning, cutting.
#include <array>

#include "base/hidden_text.h"
#include "proxy/cli/table.h"

namespace proxy::cli {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

CodePoint code_point_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return {};
  auto value = static_cast<char32_t>(first & (0x7FU >> bytes));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[bytes] || surrogate || value > 0x10FFFF) return {};
  return {value, bytes, true};
}

struct Range {
  char32_t first;
  char32_t last;
};
constexpr std::array kZeroWide{Range{0x300, 0x36F}, Range{0x200B, 0x200D}, Range{0xFE00, 0xFE0F},
                               Range{0x20D0, 0x20FF}};
constexpr std::array kTwoWide{
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0xA4CF},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},
    Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t c) {
  for (const Range& range : ranges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

std::size_t width_of(char32_t c) {
  if (in(kZeroWide, c)) return 0;
  return in(kTwoWide, c) ? 2 : 1;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint c = code_point_at(text);
    width += c.valid ? width_of(c.value) : 1;
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string one_clean_line(std::string_view given) {
  const std::string shown = base::with_hidden_shown(given);
  std::string clean;
  clean.reserve(shown.size());
  std::string_view text = shown;
  while (!text.empty()) {
    const CodePoint c = code_point_at(text);
    if (!c.valid) {
      clean += '?';
    } else if (c.value < 0x20) {
      clean += ' ';
    } else {
      clean += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  return clean;
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string kept;
  for (std::size_t left = width - 1; !text.empty();) {
    const CodePoint c = code_point_at(text);
    const std::size_t need = c.valid ? width_of(c.value) : 1;
    if (need > left) break;
    left -= need;
    kept += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  while (!kept.empty() && kept.back() == ' ') kept.pop_back();
  return kept + "…";
}

}  // namespace proxy::cli
