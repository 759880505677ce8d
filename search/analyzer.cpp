#include "search/analyzer.h"

#include <algorithm>
#include <array>

namespace search {
namespace {

// Sorted. Tool vocabulary ("get", "list", "all", "up", "down", "not") is deliberately absent.
constexpr std::array<std::string_view, 41> kStopWords{
    "a",    "an",    "and", "any",  "are",  "as",    "at",   "be",    "been", "by",    "can",
    "for",  "from",  "has", "have", "if",   "in",    "into", "is",    "it",   "its",   "of",
    "on",   "or",    "so",  "such", "than", "that",  "the",  "their", "then", "there", "these",
    "this", "those", "to",  "via",  "was",  "which", "will", "with"};
static_assert(std::ranges::is_sorted(kStopWords));

}  // namespace

bool Analyzer::is_stop_word(std::string_view word) {
  return word.size() <= 5 && std::ranges::binary_search(kStopWords, word);
}

}  // namespace search
