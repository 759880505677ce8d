#include "e2e/bench/baseline_bm25.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "search/stemmer.h"
#include "search/words.h"

namespace bench {
namespace {

constexpr double kK1 = 1.2;
constexpr double kB = 0.75;

}  // namespace

BaselineBm25::BaselineBm25(const ToolCorpus& corpus, BaselineOptions options) : options_(options) {
  for (const auto& [server, tools] : corpus.servers) {
    for (const auto& tool : tools) {
      std::string text = server + " " + tool.name + " " + tool.description;
      for (const auto& name : tool.parameter_names) text += " " + name;
      std::map<std::string, int> counts;
      double length = 0;
      for (auto& word : words(text)) {
        ++counts[std::move(word)];
        ++length;
      }
      for (const auto& [word, count] : counts) postings_[word].push_back({ids_.size(), count});
      ids_.push_back(server + ":" + tool.name);
      lengths_.push_back(length);
      mean_length_ += length;
    }
  }
  mean_length_ /= std::max(1.0, static_cast<double>(ids_.size()));
}

// Without splitting, a word is a run of letters, digits, '_' and '-'.
std::vector<std::string> BaselineBm25::words(const std::string& text) const {
  static search::Stemmer stemmer(search::Stemmer::kForIndexing);
  std::vector<std::string> out;
  const auto add = [&](std::string_view word) {
    out.emplace_back(options_.stem ? stemmer.stem(word) : word);
  };
  if (options_.split_identifiers) {
    search::WordReader reader;
    reader.start(text);
    while (reader.next()) {
      for (std::size_t i = 0; i < reader.part_count(); ++i) add(reader.part(i));
      if (reader.part_count() > 1) add(reader.whole());
    }
    return out;
  }
  std::string word;
  for (const char c : text + " ") {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-') {
      word += static_cast<char>(upper ? c + 32 : c);
    } else if (!word.empty()) {
      add(word);
      word.clear();
    }
  }
  return out;
}

std::vector<std::string> BaselineBm25::find(const std::string& query) const {
  std::vector<double> scores(ids_.size(), 0.0);
  const auto n = static_cast<double>(ids_.size());
  for (const std::string& word : words(query)) {
    const auto at = postings_.find(word);
    if (at == postings_.end()) continue;
    const auto df = static_cast<double>(at->second.size());
    const double idf = std::log(1.0 + (n - df + 0.5) / (df + 0.5));
    for (const auto& [tool, count] : at->second) {
      const double norm = kK1 * (1.0 - kB + kB * lengths_[tool] / mean_length_);
      scores[tool] += idf * count * (kK1 + 1.0) / (count + norm);
    }
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > 0) order.push_back(i);
  }
  std::ranges::stable_sort(order, [&](auto a, auto b) { return scores[a] > scores[b]; });
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < order.size() && i < 10; ++i) ids.push_back(ids_[order[i]]);
  return ids;
}

}  // namespace bench
