// Reads a query: cuts it into clauses and words, weighs the words, and finds for each the terms of
// the index that can stand for it: itself, synonyms, its word family, or the nearest spelling.
// Owned by ToolIndex; loop thread only.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/analyzer.h"
#include "search/dictionary.h"
#include "search/index_store.h"
#include "search/lexicon.h"
#include "search/query_paths.h"
#include "search/tuning.h"

namespace search {

// Why a term stands for a word of the query.
enum class Reason : std::uint8_t { itself, joined, synonym, related, family, prefix, typo };

std::string_view to_string(Reason reason);

struct Variant {
  TermId term;
  float weight;  // 0..1
  Reason reason;
};

// One thing the query asks for. A tool gets the best of the variants, not their sum.
struct Concept {
  std::string word;  // as analysed, for explanations
  float weight = 1.0F;
  std::uint8_t clause = 0;
  std::vector<Variant> variants;  // may be empty: the index knows nothing like it
};

struct QueryPlan {
  std::vector<Concept> concepts;
  std::uint8_t clauses = 0;
  std::uint32_t actions = 0;         // kinds of act asked for, of each clause the first (Lexicon)
  const Lexicon* lexicon = nullptr;  // that it was read with
};

class QueryReader {
 public:
  static constexpr std::size_t kTextBytesMax = 4096;  // the rest of a query is not read
  static constexpr std::size_t kConceptsMax = 64;
  static constexpr std::uint8_t kClausesMax = 8;
  static constexpr std::size_t kVariantsMax = 16;
  static constexpr std::size_t kUnknownWordsMax = 3;  // for which a nearest spelling is looked for

  QueryReader(const IndexStore& store, const Tuning& tuning) : store_(store), tuning_(tuning) {}

  QueryPlan read(std::string_view text, const Lexicon& lexicon);

 private:
  struct Word {
    std::string stem;
    std::string surface;
    float weight = 1.0F;
    std::uint8_t clause = 0;
    bool simple = true;            // not an identifier's part or whole
    bool after_neighbour = false;  // the word before it stands directly before it in its clause
  };
  void read_words(std::string_view text, const Lexicon& lexicon);
  void add_word(std::string_view surface, float weight, bool simple, const Lexicon& lexicon);
  void add_path(const PathUse& use, const Lexicon& lexicon);
  void note_actions(QueryPlan& plan, const Lexicon& lexicon) const;
  void add_phrases(QueryPlan& plan, const Lexicon& lexicon) const;
  void add_joins(QueryPlan& plan) const;
  void keep_known(std::vector<TermId>& terms) const;
  void add_families(QueryPlan& plan) const;
  void add_completions(Concept& concept_, const std::string& beginning) const;
  void add_spellings(QueryPlan& plan) const;
  void add_variant(Concept& concept_, std::string_view term, float weight, Reason reason) const;
  bool known(TermId term) const { return term != kNoTerm && !store_.postings(term).empty(); }

  const IndexStore& store_;
  const Tuning& tuning_;
  Analyzer analyzer_{Stemmer::kForQueries};
  std::vector<Word> words_;
  std::uint8_t clause_ = 0;
  bool gap_free_ = false;
};

}  // namespace search
