// Cuts text into words and identifiers into their parts, in any script. Pure functions of the text.
//
// A word is a run of letters and digits; '_', '-', '.' and ''' inside a run join it. A joined or
// camelCase run is one word of several parts: "getHTTPResponse" is get+http+response, "read_file"
// is read+file. Everything is folded: NFKC, marks stripped, lower case. Scripts without spaces
// (Han, Kana, Hangul, Thai) give overlapping pairs of characters. Bytes that are not UTF-8 separate
// words.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace search {

// Reads one text word by word. Resource with buffers of its own: reuse it for many texts.
//
// Threads: one thread at a time. Cost: linear; folding happens only for text that is not ASCII.
class WordReader {
 public:
  static constexpr std::size_t kPartBytesMax = 40;  // longer parts (hashes, base64) are skipped
  static constexpr std::size_t kPartsMax = 12;      // of one word; the rest is cut off

  // `text` must outlive the reading.
  void start(std::string_view text);

  // False at the end. The word is described by whole(), parts(), begin() until the next call.
  bool next();

  // All parts without what joined them: "readfile". The same as the part of a simple word.
  std::string_view whole() const { return whole_; }
  std::size_t part_count() const { return part_ends_.size(); }
  std::string_view part(std::size_t i) const {
    const std::size_t from = i == 0 ? 0 : part_ends_[i - 1];
    return std::string_view(whole_).substr(from, part_ends_[i] - from);
  }
  // True for a pair of characters of a script without spaces.
  bool is_pair() const { return is_pair_; }
  // What stands between the word before and this one: 0, or the strongest separator seen, one of
  // ' ' < ',' < '.', which query reading takes for clause borders.
  char gap() const { return gap_; }

 private:
  enum class Kind : std::uint8_t { other, lower, upper, digit, joiner, apostrophe, dense };
  struct Char {
    std::uint32_t point = 0;
    std::uint8_t bytes = 0;  // 0 at the end
    Kind kind = Kind::other;
  };
  Char peek(std::size_t at) const;
  void append_lower(Char c);
  void end_part();
  bool read_dense(Char first);
  bool read_run(Char first);
  void note_gap(Char c);

  std::string folded_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::string whole_;
  std::vector<std::size_t> part_ends_;
  bool is_pair_ = false;
  char gap_ = 0;
};

// NFKC without marks, case kept; bytes that are not UTF-8 become spaces.
std::string fold_marks(std::string_view text);

}  // namespace search
