#include "e2e/bench/search_trial.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "e2e/bench/tuning_knobs.h"

namespace bench {

Half half_of(const JudgedQuery& query) {
  std::uint32_t hash = 2166136261U;
  for (const char c : query.id) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return (hash >> 7U) % 2 == 0 ? Half::tuning : Half::held_out;
}

Quality Trial::all() const {
  Quality sum = tuning;
  sum.add(held_out);
  return sum;
}

Trial try_queries(const ToolCorpus& corpus, const Finder& find) {
  Trial trial;
  for (const JudgedQuery& query : corpus.queries) {
    const Quality quality = quality_of(query, find(query.text));
    (half_of(query) == Half::tuning ? trial.tuning : trial.held_out).add(quality);
    trial.families[query.family()].add(quality);
  }
  return trial;
}

Finder finder_of(const search::ToolIndex& index) {
  return [&index](const std::string& text) {
    std::vector<std::string> ids;
    for (const auto& hit : index.find({.text = text, .limit = 10}).hits) {
      ids.push_back(hit.server + ":" + hit.tool);
    }
    return ids;
  };
}

Trial try_search(const ToolCorpus& corpus, const search::Tuning& tuning) {
  const auto index = index_of(corpus, tuning, search::Lexicon::builtin());
  return try_queries(corpus, finder_of(*index));
}

namespace {

// Every corpus counts by the root of its size: the small one is not drowned, nor does it rule.
double objective(const std::vector<ToolCorpus>& corpora, const search::Tuning& tuning) {
  double sum = 0;
  double weights = 0;
  for (const ToolCorpus& corpus : corpora) {
    const Trial trial = try_search(corpus, tuning);
    const Quality mean = trial.tuning.mean();
    const double weight = std::sqrt(static_cast<double>(mean.queries));
    sum += weight * (mean.recall5 + mean.ndcg10) / 2;
    weights += weight;
  }
  return sum / weights;
}

}  // namespace

search::Tuning tune(const std::vector<ToolCorpus>& corpora, search::Tuning tuning) {
  constexpr std::array kSteps{0.6F, 0.8F, 1.25F, 1.6F};
  constexpr double kGainMin = 0.0015;
  double best = objective(corpora, tuning);
  fmt::print("tuning half: {:.4f} to begin with\n", best);
  for (bool improved = true; improved;) {
    improved = false;
    for (const Knob& knob : knobs()) {
      for (const float step : kSteps) {
        search::Tuning other = tuning;
        knob.of(other) *= step;
        const double score = objective(corpora, other);
        if (score < best + kGainMin) continue;
        best = score;
        tuning = other;
        improved = true;
        fmt::print("  {} = {:.3f} -> {:.4f}\n", knob.name, knob.of(tuning), best);
      }
    }
  }
  return tuning;
}

}  // namespace bench
