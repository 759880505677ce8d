// What words have to do with each other: synonyms, abbreviations, file extensions, filler. Data
// (lexicon.inc, compiled in), extensible by the user's configuration. Applied to queries only, so a
// change needs no new index. Value, immutable after construction.
//
// One entry a line, '#' starts a comment:
//   same: repository, repo            each finds the others
//   near: meeting, calendar           each finds the others, with less weight
//   also: k8s > kubernetes            the left one finds the right ones
//   file: docx > word document        what a file name with this ending speaks of
//   reads: open                       verbs that read a file named after them
//   writes: save                      verbs that write it
//   weak: some, new                   words of little weight
//   filler: please, help              words of next to none
//   action: read, get, show           verbs for one kind of act; a tool and a query may agree on it
// An item may be of up to three words ("pull request").
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "search/stemmer.h"

namespace search {

enum class Relation : std::uint8_t { same, near };
enum class FileAct : std::uint8_t { none, read, write };
enum class Salience : std::uint8_t { normal, weak, filler };

struct Expansion {
  std::vector<std::string> stems;  // one, two or three
  Relation relation;
};

class Lexicon {
 public:
  static constexpr std::size_t kTextBytesMax = 256 * 1024;
  static constexpr std::size_t kItemWordsMax = 3;

  // The compiled-in data; parsed once, milliseconds.
  static const Lexicon& builtin();
  // An empty lexicon, for baselines.
  Lexicon() = default;

  // A lexicon with the entries of this one and of `text`. Errors name the line.
  base::Result<Lexicon> extended(std::string_view text) const;

  // For a phrase of stems joined by single spaces; empty when there is nothing.
  const std::vector<Expansion>& expansions(std::string_view phrase) const;
  Salience salience(std::string_view stem) const;
  FileAct file_act(std::string_view stem) const;
  // The kinds of act a verb may stand for, one bit each; 0 when it is no such verb.
  std::uint32_t actions(std::string_view stem) const;
  // What a file name's ending (without the dot, lower case) speaks of; empty when unknown.
  std::string_view file_words(std::string_view ending) const;

 private:
  base::Result<void> read_line(std::string_view line, Stemmer& stemmer);
  void relate(const std::vector<std::string>& from, const std::vector<std::string>& to,
              Relation relation);

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class Value>
  using Table = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  Table<std::vector<Expansion>> expansions_;
  Table<Salience> salience_;
  Table<std::string> file_words_;
  Table<FileAct> file_acts_;
  Table<std::uint32_t> actions_;
  std::uint32_t next_action_ = 1;
};

}  // namespace search
