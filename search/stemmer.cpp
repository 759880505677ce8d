#include "search/stemmer.h"

#include <libstemmer.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <functional>

namespace search {
namespace {

// "prs", "pdfs", "vms": Snowball leaves plurals of abbreviations without a vowel alone.
bool is_plural_abbreviation(std::string_view word) {
  constexpr std::size_t kBytesMax = 5;
  return word.size() <= kBytesMax && word.ends_with('s') && !word.ends_with("ss") &&
         word.find_first_of("aeiouy") == std::string_view::npos;
}

}  // namespace

Stemmer::Stemmer(std::size_t cached_words)
    : stemmer_(sb_stemmer_new("english", "UTF_8")), cache_(cached_words) {
  assert(stemmer_ != nullptr);
  assert(std::has_single_bit(cached_words));
}
Stemmer::~Stemmer() {
  sb_stemmer_delete(stemmer_);
}

std::string_view Stemmer::stem(std::string_view word) {
  if (word.size() < 3) return word;
  if (!std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; })) return word;
  if (is_plural_abbreviation(word)) return word.substr(0, word.size() - 1);
  Entry& entry = cache_[std::hash<std::string_view>{}(word) & (cache_.size() - 1)];
  if (std::string_view(entry.word.data(), entry.word_length) == word) {
    return {entry.stem.data(), entry.stem_length};
  }
  const auto* stemmed = sb_stemmer_stem(stemmer_, reinterpret_cast<const sb_symbol*>(word.data()),
                                        static_cast<int>(word.size()));
  if (stemmed == nullptr) return word;  // out of memory inside the library
  const std::string_view stem(reinterpret_cast<const char*>(stemmed),
                              static_cast<std::size_t>(sb_stemmer_length(stemmer_)));
  if (word.size() > kCachedBytesMax || stem.size() > kCachedBytesMax) return stem;
  std::ranges::copy(word, entry.word.begin());
  std::ranges::copy(stem, entry.stem.begin());
  entry.word_length = static_cast<std::uint8_t>(word.size());
  entry.stem_length = static_cast<std::uint8_t>(stem.size());
  return {entry.stem.data(), entry.stem_length};
}

}  // namespace search
