#include "base/hidden_text.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>

namespace base {
namespace {

constexpr utf8proc_int32_t kJoiner = 0x200D;
constexpr utf8proc_int32_t kTextStyle = 0xFE0E;
constexpr utf8proc_int32_t kEmojiStyle = 0xFE0F;
constexpr utf8proc_int32_t kBrailleBlank = 0x2800;
constexpr utf8proc_int32_t kKeycap = 0x20E3;

// The code point at the beginning; not `valid` for a byte that begins none.
struct Point {
  utf8proc_int32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

Point point_at(std::string_view text) {
  if (text.empty()) return {};
  utf8proc_int32_t value = 0;
  const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                      static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (bytes <= 0) return {};
  return {value, static_cast<std::size_t>(bytes), true};
}

bool is_layout(utf8proc_int32_t c) {
  return c == '\n' || c == '\r' || c == '\t';
}

// Reserved by Unicode to show nothing, whatever it will be; programs pass messages in them.
bool is_reserved_to_hide(utf8proc_int32_t c) {
  return c == 0x2065 || (c >= 0xFFF0 && c <= 0xFFF8) || (c >= 0xE0000 && c <= 0xE0FFF);
}

bool is_invisible(utf8proc_int32_t c) {
  if (c >= 0x20 && c < 0x7F) return false;
  if (is_layout(c)) return false;
  const utf8proc_property_t* property = utf8proc_get_property(c);
  if (property->ignorable || c == kBrailleBlank || is_reserved_to_hide(c)) return true;
  switch (property->category) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

bool is_pictograph(utf8proc_int32_t c) {
  return utf8proc_get_property(c)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

// What may stand between a pictograph and the joiner behind it.
bool is_skin_tone(utf8proc_int32_t c) {
  return c >= 0x1F3FB && c <= 0x1F3FF;
}

bool is_keycap_base(utf8proc_int32_t c) {
  return (c >= '0' && c <= '9') || c == '#' || c == '*';
}

}  // namespace

void for_each_character(
    std::string_view text,
    const std::function<void(std::string_view bytes, char32_t character, bool hidden)>& on_piece) {
  utf8proc_int32_t before = 0;  // the last code point that is not hidden
  bool after_emoji = false;     // it, or what it modifies, is a pictograph
  while (!text.empty()) {
    const Point point = point_at(text);
    const std::string_view bytes = text.substr(0, point.bytes);
    text.remove_prefix(point.bytes);
    bool hidden = point.valid && is_invisible(point.value);
    if (hidden && point.value == kJoiner && after_emoji) {
      const Point next = point_at(text);
      hidden = !next.valid || !is_pictograph(next.value);
    } else if (hidden && (point.value == kEmojiStyle || point.value == kTextStyle)) {
      const bool keycap = is_keycap_base(before) && point_at(text).value == kKeycap;
      hidden = !keycap && !is_pictograph(before);
    }
    on_piece(bytes, static_cast<char32_t>(point.value), hidden);
    if (hidden) continue;
    const bool modifies = after_emoji && (point.value == kEmojiStyle || is_skin_tone(point.value));
    after_emoji = point.valid && (modifies || is_pictograph(point.value));
    before = point.value;
  }
}

bool has_hidden(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte < 0x7F) || is_layout(c);
  });
  if (plain) return false;
  bool any = false;
  for_each_character(text, [&](std::string_view, char32_t, bool hidden) { any = any || hidden; });
  return any;
}

std::string with_hidden_shown(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for_each_character(text, [&](std::string_view bytes, char32_t point, bool hidden) {
    if (hidden) {
      fmt::format_to(std::back_inserter(out), "<U+{:04X}>", static_cast<std::uint32_t>(point));
    } else {
      out += bytes;
    }
  });
  return out;
}

std::string without_hidden(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for_each_character(text, [&](std::string_view bytes, char32_t, bool hidden) {
    if (!hidden) out += bytes;
  });
  return out;
}

}  // namespace base
