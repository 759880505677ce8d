// Takes paths, URLs and file names out of a query. Their components are names of the user's own and
// match tools by accident only; what counts is the kind of file, and whether the query reads or
// writes it. Pure function of the text and the lexicon.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "search/lexicon.h"
#include "search/stemmer.h"

namespace search {

struct PathUse {
  std::string words;    // what the ending speaks of ("pdf document"), or "path"
  bool writes = false;  // the verb before it saves, not reads
};

struct PlainQuery {
  std::string text;  // the query without them; what separated clauses is still there
  std::vector<PathUse> paths;
};

PlainQuery without_paths(std::string_view text, const Lexicon& lexicon, Stemmer& stemmer);

}  // namespace search
