// The stem of a word (Snowball English), cached. Resource; one thread at a time.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

struct sb_stemmer;

namespace search {

// The cache is a fixed table in which words of the same hash displace each other: memory is bounded
// by construction and nothing is ever cleared.
class Stemmer {
 public:
  static constexpr std::size_t kForIndexing = 8192;
  static constexpr std::size_t kForQueries = 512;

  // REQUIRES: `cached_words` is a power of two.
  explicit Stemmer(std::size_t cached_words);
  ~Stemmer();
  Stemmer(const Stemmer&) = delete;
  Stemmer& operator=(const Stemmer&) = delete;

  // REQUIRES: `word` is lower case. Words that are not English letters come back as they are.
  // The view is valid until the next call, and as long as `word` is.
  std::string_view stem(std::string_view word);

 private:
  static constexpr std::size_t kCachedBytesMax = 23;
  struct Entry {
    std::array<char, kCachedBytesMax> word{};
    std::array<char, kCachedBytesMax> stem{};
    std::uint8_t word_length = 0;
    std::uint8_t stem_length = 0;
  };
  sb_stemmer* stemmer_;
  std::vector<Entry> cache_;
};

}  // namespace search
