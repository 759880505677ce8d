// The numbers of the ranking, in one place. Found by e2e/bench/search_quality on the tuning half of
// the query sets (its --tune), rounded; the held-out half and the ablation are printed by the same
// program.
#pragma once
#include <array>
#include <cstddef>

namespace search {

struct Tuning {
  // Index: BM25F. In the order of Field.
  std::array<float, 7> field_weight{2.5F, 2.0F, 1.6F, 0.8F, 0.5F, 0.3F, 0.7F};
  std::array<float, 7> field_b{0.3F, 0.0F, 0.4F, 0.5F, 0.3F, 0.5F, 0.3F};
  // Lengths, in words, at which a field is neither favoured nor punished.
  std::array<float, 7> field_pivot{3.0F, 2.0F, 11.0F, 20.0F, 6.0F, 25.0F, 8.0F};
  float k1 = 1.2F;

  // Reading of a query.
  float part_weight = 0.5F;     // parts of an identifier whose whole form is known
  float join_weight = 0.4F;     // two neighbouring words as one identifier
  float same_weight = 0.7F;     // synonyms
  float near_weight = 0.5F;     // related words
  float derived_weight = 0.4F;  // words of the same family, by common beginning
  float typo_weight = 0.7F;
  float prefix_weight = 0.6F;
  float weak_weight = 0.5F;
  float filler_weight = 0.1F;
  float path_weight = 1.4F;
  float idf_power = 0.8F;

  // Ranking beyond the sum over terms.
  float clause_weight = 0.5F;    // the best clause of a query of several
  float server_weight = 0.3F;    // how well the server as a whole fits
  float coverage_weight = 0.6F;  // share of the tool's name that the query accounts for
  float coverage_power = 2.0F;   // how much a whole name is worth more than a part of one
  float act_penalty = 0.6F;      // for a tool whose name says another kind of act
  float failing_factor = 0.8F;
  float prior_max = 0.05F;  // most that use may add, as a share of the score
};

}  // namespace search
