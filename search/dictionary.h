// Every term of the index once, by number. Terms are stems and whole identifiers; a number stays
// with its term until the index is compacted. Owned by the index store; loop thread only.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace search {

using TermId = std::uint32_t;
inline constexpr TermId kNoTerm = 0xFFFF'FFFFU;

// Cost: find() and intern() are one hash probe; near() and starting_with() walk the dictionary
// once, eight bytes a term, and look closer only where length and letters may fit.
class Dictionary {
 public:
  Dictionary();
  TermId find(std::string_view term) const;
  TermId intern(std::string_view term);
  std::string_view text(TermId id) const {
    const Entry& e = entries_[id];
    return std::string_view(chars_).substr(e.offset, e.length);
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  std::size_t bytes() const;

  // Appends terms that start with `prefix` and are longer than it.
  void starting_with(std::string_view prefix, std::vector<TermId>& out) const;

  // Appends terms of the same word family: a common beginning of at least kFamilyBytesMin and
  // endings that only derive ("creat" and "creation", "analyz" and "analysi"); never `word` itself.
  static constexpr std::size_t kFamilyBytesMin = 5;
  void family(std::string_view word, std::vector<TermId>& out) const;

  struct Near {
    TermId term;
    std::uint8_t distance;
  };
  // Appends terms within `distance_max` edits (insert, delete, replace, swap of neighbours).
  void near(std::string_view word, std::uint8_t distance_max, std::vector<Near>& out) const;

 private:
  struct Entry {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
  };
  // What near() looks at first, densely: the set of letters in the lower 26 bits, the length (at
  // most 63) in the upper six.
  using Shape = std::uint32_t;
  static constexpr std::uint32_t kLetters = 0x3FF'FFFFU;
  static constexpr std::uint32_t kLengthShift = 26;
  static Shape shape_of(std::string_view term);
  static std::uint64_t family_key(std::string_view term);
  void grow();

  std::string chars_;
  std::vector<Entry> entries_;
  std::vector<Shape> shapes_;  // by term
  std::vector<TermId> slots_;  // open addressing, a power of two, at most half full
  // Terms with the same first kFamilyBytesMin bytes, as lists through next_in_family_.
  std::unordered_map<std::uint64_t, TermId> family_heads_;
  std::vector<TermId> next_in_family_;
};

// Optimal string alignment distance, or limit + 1 when it is larger. Bytes, not characters.
std::uint8_t edit_distance(std::string_view a, std::string_view b, std::uint8_t limit);

}  // namespace search
