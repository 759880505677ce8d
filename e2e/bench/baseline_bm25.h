// Plain BM25 over one bag of words for each tool, to measure search against. Not used by the
// product.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "e2e/bench/tool_corpus.h"

namespace bench {

struct BaselineOptions {
  bool split_identifiers = false;
  bool stem = false;
};

class BaselineBm25 {
 public:
  BaselineBm25(const ToolCorpus& corpus, BaselineOptions options);
  // Ids of the ten best tools.
  std::vector<std::string> find(const std::string& query) const;

 private:
  struct Posting {
    std::size_t tool;
    int count;
  };
  std::vector<std::string> words(const std::string& text) const;

  BaselineOptions options_;
  std::vector<std::string> ids_;
  std::vector<double> lengths_;
  double mean_length_ = 0;
  std::unordered_map<std::string, std::vector<Posting>> postings_;
};

}  // namespace bench
