#include "e2e/bench/search_metrics.h"

#include <algorithm>
#include <cmath>

namespace bench {

void Quality::add(const Quality& o) {
  recall1 += o.recall1;
  recall3 += o.recall3;
  recall5 += o.recall5;
  recall10 += o.recall10;
  ndcg10 += o.ndcg10;
  mrr10 += o.mrr10;
  queries += o.queries;
}

Quality Quality::mean() const {
  const double n = queries == 0 ? 1.0 : static_cast<double>(queries);
  return {recall1 / n, recall3 / n, recall5 / n, recall10 / n, ndcg10 / n, mrr10 / n, queries};
}

Quality quality_of(const JudgedQuery& query, std::span<const std::string> ranked) {
  Quality q;
  q.queries = 1;
  double dcg = 0;
  std::size_t found = 0;
  const auto all = static_cast<double>(query.gains.size());
  for (std::size_t i = 0; i < ranked.size() && i < 10; ++i) {
    const auto at = query.gains.find(ranked[i]);
    if (at != query.gains.end()) {
      ++found;
      dcg += at->second / std::log2(static_cast<double>(i) + 2.0);
      if (q.mrr10 == 0) q.mrr10 = 1.0 / (static_cast<double>(i) + 1.0);
    }
    const double recall = static_cast<double>(found) / all;
    if (i == 0) q.recall1 = recall;
    if (i <= 2) q.recall3 = recall;
    if (i <= 4) q.recall5 = recall;
    q.recall10 = recall;
  }
  std::vector<int> gains;
  for (const auto& [id, gain] : query.gains) gains.push_back(gain);
  std::ranges::sort(gains, std::greater{});
  double ideal = 0;
  for (std::size_t i = 0; i < gains.size() && i < 10; ++i) {
    ideal += gains[i] / std::log2(static_cast<double>(i) + 2.0);
  }
  q.ndcg10 = ideal > 0 ? dcg / ideal : 0;
  return q;
}

}  // namespace bench
