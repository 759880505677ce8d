// Runs the queries of a corpus against one system and adds up the measures, apart for the half of
// the queries that tuning may look at and the half that it may not.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "e2e/bench/search_metrics.h"
#include "e2e/bench/tool_corpus.h"

namespace bench {

enum class Half : std::uint8_t { tuning, held_out };

// By a hash of the query's id: stable, and blind to what the query says.
Half half_of(const JudgedQuery& query);

struct Trial {
  Quality tuning;  // sums; see Quality::mean
  Quality held_out;
  std::map<std::string, Quality> families;  // both halves, when there is more than one family
  Quality all() const;
};

using Finder = std::function<std::vector<std::string>(const std::string& query)>;  // ten best ids

Trial try_queries(const ToolCorpus& corpus, const Finder& find);
// The product's own search.
Trial try_search(const ToolCorpus& corpus, const search::Tuning& tuning);
Finder finder_of(const search::ToolIndex& index);

// Coordinate ascent over the knobs on the tuning halves of all corpora; steps that gain next to
// nothing are not taken. Prints each step.
search::Tuning tune(const std::vector<ToolCorpus>& corpora, search::Tuning tuning);

}  // namespace bench
