#include "protocol/raw_json.h"

#include <cassert>

namespace protocol {
namespace {

unsigned hex4(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) {
    const unsigned digit = c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c <= 'F' ? static_cast<unsigned>(c - 'A') + 10
                                      : static_cast<unsigned>(c - 'a') + 10;
    value = value * 16 + digit;
  }
  return value;
}

struct StringOut {
  using Ch = char;
  std::string& text;
  void Put(char c) { text.push_back(c); }
};

// The code point of the escape at `at` ("\uXXXX", or two of them); moves `at` behind it.
unsigned take_unicode(std::string_view raw, std::size_t& at) {
  const unsigned first = hex4(raw.substr(at + 2, 4));
  at += 6;
  if (first < 0xD800 || first > 0xDBFF) return first;
  const unsigned second = hex4(raw.substr(at + 2, 4));
  at += 6;
  return (((first - 0xD800) << 10) | (second - 0xDC00)) + 0x10000;
}

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
  }
  return c;  // quote, backslash, slash
}

}  // namespace

std::string unescape(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  StringOut out{text};
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t slash = std::min(raw.find('\\', at), raw.size());
    text.append(raw.substr(at, slash - at));
    at = slash;
    if (at == raw.size()) break;
    assert(at + 1 < raw.size());
    if (raw[at + 1] == 'u') {
      rapidjson::UTF8<>::Encode(out, take_unicode(raw, at));
    } else {
      text.push_back(simple_escape(raw[at + 1]));
      at += 2;
    }
  }
  return text;
}

}  // namespace protocol
