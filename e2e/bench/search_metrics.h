// The measures of search quality; the same definitions as e2e/data/tools/eval_search.py. Pure.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "e2e/bench/tool_corpus.h"

namespace bench {

struct Quality {
  double recall1 = 0, recall3 = 0, recall5 = 0,
         recall10 = 0;  // share of the relevant tools in the first k
  double ndcg10 = 0;    // gain g, discount log2(rank + 1), over the ideal
  double mrr10 = 0;
  std::size_t queries = 0;

  void add(const Quality& other);  // sums; see mean()
  Quality mean() const;
};

// Of one query; `queries` is 1.
Quality quality_of(const JudgedQuery& query, std::span<const std::string> ranked);

}  // namespace bench
