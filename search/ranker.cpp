#include "search/ranker.h"

#include <algorithm>
#include <cmath>

namespace search {

float Ranker::idf(TermId term) const {
  const auto n = static_cast<float>(store_.tool_count());
  const auto df = static_cast<float>(store_.postings(term).size());
  const float idf = std::log(1.0F + (n - df + 0.5F) / (df + 0.5F));
  return tuning_.idf_power == 1.0F ? idf : std::pow(idf, tuning_.idf_power);
}

void Ranker::rank(const QueryPlan& plan, std::span<const std::uint8_t> admitted, bool read_only,
                  std::vector<Candidate>& out) {
  const std::size_t rows = store_.rows().size();
  if (row_cells_.size() < rows) row_cells_.resize(rows);
  if (totals_.size() < rows) totals_.resize(rows);
  server_cells_.resize(store_.servers().size());
  query_stamp_ = ++stamp_;
  matched_.clear();
  for (std::uint8_t clause = 0; clause < plan.clauses; ++clause)
    score_clause(plan, clause, admitted);
  note_name_terms(plan);

  out.clear();
  const bool several = plan.clauses > 1;
  for (const RowId id : matched_) {
    const ToolRow& row = store_.rows()[id];
    if (read_only && !row.read_only) continue;
    float score = totals_[id].sum;
    if (several) score += tuning_.clause_weight * totals_[id].best_clause;
    score += tuning_.server_weight * server_sum(row.server);
    out.push_back({id, score});
  }
  const auto better = [&](const Candidate& a, const Candidate& b) {
    if (a.score != b.score) return a.score > b.score;
    const ToolRow& x = store_.rows()[a.row];
    const ToolRow& y = store_.rows()[b.row];
    if (x.server != y.server)
      return store_.servers()[x.server].name < store_.servers()[y.server].name;
    return store_.name_of(x) < store_.name_of(y);
  };
  const std::size_t head = std::min(out.size(), kRescoredMax);
  std::ranges::nth_element(out, out.begin() + static_cast<std::ptrdiff_t>(head), better);
  for (std::size_t i = 0; i < head; ++i) {
    const ToolRow& row = store_.rows()[out[i].row];
    out[i].score += coverage_of(row);
    out[i].score -= act_penalty(plan, row);
    out[i].score *= 1.0F + tuning_.prior_max * row.prior;
    if (store_.servers()[row.server].availability == Availability::failing) {
      out[i].score *= tuning_.failing_factor;
    }
  }
  std::sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(head), better);
}

// A tool named for one kind of act is a poor answer to a query that asks for another.
float Ranker::act_penalty(const QueryPlan& plan, const ToolRow& row) const {
  if (plan.actions == 0) return 0.0F;
  for (const TermId term : store_.name_terms_of(row)) {
    const std::uint32_t own = plan.lexicon->actions(store_.dictionary().text(term));
    if (own != 0) return (own & plan.actions) != 0 ? 0.0F : tuning_.act_penalty;
  }
  return 0.0F;
}

// Adds a concept's score, or what it is better than the concept's score so far.
inline void Ranker::add(Cell& cell, float score, std::uint32_t fresh_from) const {
  if (cell.stamp != stamp_) {
    cell.sum = cell.stamp < fresh_from ? score : cell.sum + score;
    cell.best = score;
    cell.stamp = stamp_;
  } else if (score > cell.best) {
    cell.sum += score - cell.best;
    cell.best = score;
  }
}

void Ranker::score_clause(const QueryPlan& plan, std::uint8_t clause,
                          std::span<const std::uint8_t> admitted) {
  touched_.clear();
  const std::span<const ServerId> row_servers = store_.row_servers();
  const std::uint32_t clause_stamp = stamp_ + 1;
  for (const Concept& asked : plan.concepts) {
    if (asked.clause != clause || asked.variants.empty()) continue;
    ++stamp_;
    for (const Variant& variant : asked.variants) {
      const float weight = asked.weight * variant.weight * idf(variant.term) / 65535.0F;
      for (const Posting& posting : store_.postings(variant.term)) {
        const ServerId server = row_servers[posting.row];
        if (admitted[server] == 0) continue;
        const float score = weight * static_cast<float>(posting.impact);
        Cell& cell = row_cells_[posting.row];
        if (cell.stamp < clause_stamp) touched_.push_back(posting.row);
        add(cell, score, clause_stamp);
        add(server_cells_[server], score, query_stamp_);
      }
    }
  }
  for (const RowId row : touched_) {
    const float sum = row_cells_[row].sum;
    Total& total = totals_[row];
    if (total.stamp != query_stamp_) {
      total = {sum, sum, query_stamp_};
      matched_.push_back(row);
    } else {
      total.sum += sum;
      total.best_clause = std::max(total.best_clause, sum);
    }
  }
}

void Ranker::note_name_terms(const QueryPlan& plan) {
  for (const TermId term : asked_terms_) {
    if (term < asked_.size()) asked_[term] = 0.0F;
  }
  asked_terms_.clear();
  asked_.resize(store_.dictionary().size(), 0.0F);
  for (const Concept& asked : plan.concepts) {
    for (const Variant& variant : asked.variants) {
      float& weight = asked_[variant.term];
      if (weight == 0.0F) asked_terms_.push_back(variant.term);
      weight = std::max(weight, asked.weight * variant.weight);
    }
  }
}

float Ranker::coverage_of(const ToolRow& row) const {
  float sum = 0.0F;
  float covered = 0.0F;
  for (const TermId term : store_.name_terms_of(row)) {
    const float weight = idf(term);
    sum += weight;
    covered += weight * asked_[term];
  }
  return sum > 0.0F
             ? tuning_.coverage_weight * covered * std::pow(covered / sum, tuning_.coverage_power)
             : 0.0F;
}

float Ranker::server_sum(ServerId server) const {
  const Cell& cell = server_cells_[server];
  return cell.stamp < query_stamp_ ? 0.0F : cell.sum;
}

Explanation Ranker::explain(const QueryPlan& plan, RowId id) const {
  Explanation answer;
  const ToolRow& row = store_.rows()[id];
  for (const Concept& asked : plan.concepts) {
    TermShare best;
    for (const Variant& variant : asked.variants) {
      const auto list = store_.postings(variant.term);
      const auto at = std::ranges::lower_bound(list, id, {}, &Posting::row);
      if (at == list.end() || at->row != id) continue;
      const float score = asked.weight * variant.weight * idf(variant.term) *
                          static_cast<float>(at->impact) / 65535.0F;
      if (score <= best.score) continue;
      best = {asked.word, std::string(store_.dictionary().text(variant.term)), variant.reason,
              score, store_.field_shares(row, *at)};
      for (float& field : best.fields) field *= score;
    }
    if (best.score > 0.0F) answer.terms.push_back(std::move(best));
  }
  if (plan.clauses > 1) answer.clause = tuning_.clause_weight * totals_[id].best_clause;
  answer.server = tuning_.server_weight * server_sum(row.server);
  answer.coverage = coverage_of(row);
  answer.act = -act_penalty(plan, row);
  answer.prior = tuning_.prior_max * row.prior;
  if (store_.servers()[row.server].availability == Availability::failing)
    answer.factor = tuning_.failing_factor;
  return answer;
}

}  // namespace search
