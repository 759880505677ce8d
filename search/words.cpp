#include "search/words.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace search {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text,
                              [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

bool is_dense_script(std::uint32_t p) {
  return (p >= 0x0E00 && p <= 0x0EFF) || (p >= 0x1100 && p <= 0x11FF) ||
         (p >= 0x3040 && p <= 0x30FF) || (p >= 0x3400 && p <= 0x9FFF) ||
         (p >= 0xAC00 && p <= 0xD7AF) || (p >= 0xF900 && p <= 0xFAFF) ||
         (p >= 0x20000 && p <= 0x3FFFF);
}

}  // namespace

std::string fold_marks(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t point = 0;
    const auto used =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &point);
    if (used <= 0 || point == 0) {
      valid.push_back(' ');
      ++at;
      continue;
    }
    valid.append(text, at, static_cast<std::size_t>(used));
    at += static_cast<std::size_t>(used);
  }
  utf8proc_uint8_t* mapped = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT |
                                                      UTF8PROC_COMPOSE | UTF8PROC_STRIPMARK);
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(valid.data()),
                                   static_cast<utf8proc_ssize_t>(valid.size()), &mapped, options);
  if (length < 0) return valid;
  std::string folded(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length));
  std::free(mapped);  // NOLINT(cppcoreguidelines-no-malloc): utf8proc allocates it so
  return folded;
}

void WordReader::start(std::string_view text) {
  if (is_ascii(text)) {
    text_ = text;
  } else {
    folded_ = fold_marks(text);
    text_ = folded_;
  }
  at_ = 0;
  gap_ = 0;
}

WordReader::Char WordReader::peek(std::size_t at) const {
  if (at >= text_.size()) return {};
  const auto byte = static_cast<unsigned char>(text_[at]);
  if (byte < 0x80) {
    Kind kind = Kind::other;
    if (byte >= 'a' && byte <= 'z')
      kind = Kind::lower;
    else if (byte >= 'A' && byte <= 'Z')
      kind = Kind::upper;
    else if (byte >= '0' && byte <= '9')
      kind = Kind::digit;
    else if (byte == '_' || byte == '-' || byte == '.')
      kind = Kind::joiner;
    else if (byte == '\'')
      kind = Kind::apostrophe;
    return {byte, 1, kind};
  }
  utf8proc_int32_t point = 0;
  const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text_.data()) + at,
                                     static_cast<utf8proc_ssize_t>(text_.size() - at), &point);
  if (used <= 0) return {' ', 1, Kind::other};
  const auto p = static_cast<std::uint32_t>(point);
  const auto bytes = static_cast<std::uint8_t>(used);
  if (p == 0x2019) return {p, bytes, Kind::apostrophe};
  switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
      return {p, bytes, Kind::upper};
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LM:
      return {p, bytes, Kind::lower};
    case UTF8PROC_CATEGORY_LO:
      return {p, bytes, is_dense_script(p) ? Kind::dense : Kind::lower};
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return {p, bytes, Kind::digit};
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
      return {p, bytes, Kind::lower};
    default:
      return {p, bytes, Kind::other};
  }
}

void WordReader::append_lower(Char c) {
  if (c.point < 0x80) {
    whole_.push_back(static_cast<char>(c.kind == Kind::upper ? c.point + 32 : c.point));
    return;
  }
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto lower = utf8proc_tolower(static_cast<utf8proc_int32_t>(c.point));
  const auto used = utf8proc_encode_char(lower, bytes.data());
  whole_.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(used));
}

void WordReader::end_part() {
  const std::size_t from = part_ends_.empty() ? 0 : part_ends_.back();
  if (whole_.size() == from) return;
  if (whole_.size() - from > kPartBytesMax || part_ends_.size() == kPartsMax) {
    whole_.resize(from);
  } else {
    part_ends_.push_back(whole_.size());
  }
}

void WordReader::note_gap(Char c) {
  static constexpr std::string_view kSentence = ".;!?\n|";
  static constexpr std::string_view kClause = ",:+()[]/";
  char mark = ' ';
  if (c.point < 0x80) {
    const auto byte = static_cast<char>(c.point);
    if (kSentence.find(byte) != std::string_view::npos)
      mark = '.';
    else if (kClause.find(byte) != std::string_view::npos)
      mark = ',';
  } else if (c.point == 0x3002 || c.point == 0xFF1B || c.point == 0xFF01 || c.point == 0xFF1F) {
    mark = '.';
  } else if (c.point == 0x3001 || c.point == 0xFF0C) {
    mark = ',';
  }
  const auto rank = [](char m) { return m == '.' ? 3 : m == ',' ? 2 : m == ' ' ? 1 : 0; };
  if (rank(mark) > rank(gap_)) gap_ = mark;
}

bool WordReader::next() {
  gap_ = 0;
  while (true) {
    const Char c = peek(at_);
    if (c.bytes == 0) return false;
    if (c.kind == Kind::dense) return read_dense(c);
    if (c.kind == Kind::lower || c.kind == Kind::upper || c.kind == Kind::digit) {
      if (read_run(c)) return true;
      continue;
    }
    note_gap(c);
    at_ += c.bytes;
  }
}

// One character and the one after it; a lone character stands for itself.
bool WordReader::read_dense(Char first) {
  whole_.clear();
  part_ends_.clear();
  append_lower(first);
  at_ += first.bytes;
  const Char second = peek(at_);
  is_pair_ = true;
  if (second.kind == Kind::dense) {
    append_lower(second);
    // The last pair of a run swallows its second character: it does not stand alone as well.
    if (peek(at_ + second.bytes).kind != Kind::dense) at_ += second.bytes;
  }
  part_ends_.push_back(whole_.size());
  return true;
}

bool WordReader::read_run(Char first) {
  whole_.clear();
  part_ends_.clear();
  is_pair_ = false;
  Kind before = Kind::other;
  Char c = first;
  while (true) {
    const Char after = peek(at_ + c.bytes);
    if (c.kind == Kind::lower || c.kind == Kind::upper || c.kind == Kind::digit) {
      const bool hump = c.kind == Kind::upper && (before == Kind::lower || before == Kind::digit);
      bool acronym_end =
          c.kind == Kind::upper && before == Kind::upper && after.kind == Kind::lower;
      if (acronym_end && after.point == 's') {  // "URLs", "PDFs" are words, not "UR" + "Ls"
        const Char beyond = peek(at_ + c.bytes + after.bytes);
        acronym_end = beyond.kind == Kind::lower;
      }
      if (hump || acronym_end) end_part();
      append_lower(c);
      before = c.kind;
    } else if (c.kind == Kind::joiner) {
      const bool inside =
          after.kind == Kind::lower || after.kind == Kind::upper || after.kind == Kind::digit;
      const bool decimal = c.point == '.' && before == Kind::digit && after.kind == Kind::digit;
      if (decimal) {
        whole_.push_back('.');
        before = Kind::digit;
      } else if (inside || after.kind == Kind::joiner) {
        end_part();
        before = Kind::other;
      } else {
        break;
      }
    } else if (c.kind == Kind::apostrophe) {
      const bool letter = after.kind == Kind::lower || after.kind == Kind::upper;
      if (!letter) break;
      // "user's" is user, "don't" is dont.
      if (after.point == 's' && peek(at_ + c.bytes + after.bytes).kind != Kind::lower) {
        at_ += std::size_t{c.bytes} + after.bytes;
        break;
      }
    } else {
      break;
    }
    at_ += c.bytes;
    c = after;
  }
  end_part();
  return !part_ends_.empty();
}

}  // namespace search
