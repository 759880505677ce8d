// Scores all tools for a query plan. Owned by ToolIndex; loop thread only.
//
// Score of a tool: the sum over concepts of the best variant's idf times impact (BM25F); plus a
// share of its best clause, of how well its server fits as a whole, and of how much of its name the
// query covers. Cost: linear in the postings of the plan's terms; working memory of a few words for
// each tool, kept.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "search/index_store.h"
#include "search/query_reader.h"
#include "search/tuning.h"

namespace search {

struct Candidate {
  RowId row;
  float score;
};

// What one word of the query gave to one tool.
struct TermShare {
  std::string word;  // of the query
  std::string term;  // of the tool
  Reason reason = Reason::itself;
  float score = 0.0F;
  std::array<float, kFieldCount> fields{};  // parts of `score`
};

struct Explanation {
  std::vector<TermShare> terms;
  float clause = 0.0F;    // added for the best clause
  float server = 0.0F;    // added for the server as a whole
  float coverage = 0.0F;  // added for the tool's name
  float act = 0.0F;       // taken off, when the tool's name says another kind of act
  float prior = 0.0F;     // added for use
  float factor = 1.0F;    // by which all was multiplied, for a failing server
};

class Ranker {
 public:
  static constexpr std::size_t kRescoredMax = 400;

  Ranker(const IndexStore& store, const Tuning& tuning) : store_(store), tuning_(tuning) {}

  // Fills `out` with every tool that matches, best first among the first kRescoredMax, and that
  // `admitted` (one byte a server) and `read_only` let pass.
  void rank(const QueryPlan& plan, std::span<const std::uint8_t> admitted, bool read_only,
            std::vector<Candidate>& out);

  // REQUIRES: called after rank() for the same plan.
  Explanation explain(const QueryPlan& plan, RowId row) const;

 private:
  // What has been added up for a row or a server. Its stamp says for which concept, and so in which
  // clause and query: nothing needs clearing between them.
  struct Cell {
    float sum = 0.0F;   // of the clause (row), of the query (server)
    float best = 0.0F;  // of the concept, already in `sum`
    std::uint32_t stamp = 0;
  };
  struct Total {
    float sum = 0.0F;
    float best_clause = 0.0F;
    std::uint32_t stamp = 0;  // the query's first
  };

  float idf(TermId term) const;
  void score_clause(const QueryPlan& plan, std::uint8_t clause,
                    std::span<const std::uint8_t> admitted);
  void note_name_terms(const QueryPlan& plan);
  float coverage_of(const ToolRow& row) const;
  float act_penalty(const QueryPlan& plan, const ToolRow& row) const;
  float server_sum(ServerId server) const;
  void add(Cell& cell, float score, std::uint32_t fresh_from) const;

  const IndexStore& store_;
  const Tuning& tuning_;
  std::vector<Cell> row_cells_;
  std::vector<Total> totals_;  // by row
  std::vector<Cell> server_cells_;
  std::vector<RowId> touched_;  // rows of this clause
  std::vector<RowId> matched_;  // rows of any
  std::uint32_t query_stamp_ = 1;
  // By term: the weight with which the query asks for it.
  std::vector<float> asked_;
  std::vector<TermId> asked_terms_;
  std::uint32_t stamp_ = 0;  // of the latest concept; only grows
};

}  // namespace search
