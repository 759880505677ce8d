#include "upstream/transport/printable.h"

#include <algorithm>

namespace upstream {
namespace {

constexpr char kEscape = '\x1B';

// The length of the well-formed UTF-8 sequence at the start of `text`; 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second >= 0xA0;
  const bool too_high = lead == 0xF4 && second >= 0x90;
  const bool control = lead == 0xC2 && second < 0xA0;
  return overlong || surrogate || too_high || control ? 0 : length;
}

// The length of the terminal sequence that starts with ESC: colours, titles and so on.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  if (text[1] == ']') {
    const std::size_t end = text.find_first_of("\x07\x1B", 2);
    if (end == std::string_view::npos) return text.size();
    return text[end] == kEscape ? std::min(end + 2, text.size()) : end + 1;
  }
  if (text[1] != '[') return 2;
  std::size_t at = 2;
  while (at < text.size() && (text[at] < '@' || text[at] > '~')) ++at;
  return std::min(at + 1, text.size());
}

}  // namespace

void append_printable(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    std::size_t used = 1;
    if (byte == static_cast<unsigned char>(kEscape)) {
      used = escape_length(text);
    } else if (byte >= 0x80) {
      const std::size_t length = sequence_length(text);
      used = std::max<std::size_t>(length, 1);
      out.append(length > 0 ? text.substr(0, length) : "?");
    } else {
      out += (byte >= 0x20 && byte != 0x7F) || byte == '\t' ? text[0] : '?';
    }
    text.remove_prefix(used);
  }
}

}  // namespace upstream
