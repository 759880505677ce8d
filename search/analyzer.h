// Turns the texts of a tool into terms: words cut and folded (words.h), stemmed, stop words left
// out. Query and index use the same analysis. Resource with buffers; one thread at a time.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "search/stemmer.h"
#include "search/words.h"

namespace search {

// What an analysed term stands for in its text.
enum class TermKind : std::uint8_t {
  word,   // a simple word
  part,   // a part of an identifier
  whole,  // an identifier with its parts joined
  pair,   // two neighbouring parts of a longer identifier, joined
};

class Analyzer {
 public:
  explicit Analyzer(std::size_t cached_words) : stemmer_(cached_words) {}

  // Joined forms longer than this are not worth a term.
  static constexpr std::size_t kJoinedBytesMax = 40;

  // Calls `sink(term, kind, word_number)` for every term of `text`; the term is valid within the
  // call. With `pairs`, identifiers of three and more parts also give their neighbouring parts
  // joined. Stops after `words_max` words.
  template <class Sink>
  void terms(std::string_view text, bool pairs, std::uint32_t words_max, Sink&& sink);

  Stemmer& stemmer() { return stemmer_; }
  std::string_view stem(std::string_view word) { return stemmer_.stem(word); }

  // Words that carry no meaning in a tool's text or a query ("the", "of", "with").
  static bool is_stop_word(std::string_view word);

 private:
  WordReader reader_;
  Stemmer stemmer_;
  std::string joined_;
};

template <class Sink>
void Analyzer::terms(std::string_view text, bool pairs, std::uint32_t words_max, Sink&& sink) {
  reader_.start(text);
  for (std::uint32_t word = 0; word < words_max && reader_.next(); ++word) {
    const std::size_t parts = reader_.part_count();
    if (parts == 1) {
      if (!is_stop_word(reader_.whole())) sink(stem(reader_.whole()), TermKind::word, word);
      continue;
    }
    for (std::size_t i = 0; i < parts; ++i) {
      if (!is_stop_word(reader_.part(i))) sink(stem(reader_.part(i)), TermKind::part, word);
    }
    if (reader_.whole().size() <= kJoinedBytesMax)
      sink(stem(reader_.whole()), TermKind::whole, word);
    for (std::size_t i = 0; pairs && parts > 2 && i + 1 < parts; ++i) {
      joined_.assign(reader_.part(i)).append(reader_.part(i + 1));
      if (joined_.size() <= kJoinedBytesMax) sink(stem(joined_), TermKind::pair, word);
    }
  }
}

}  // namespace search
