// How well search finds tools: every corpus and query family beside plain BM25, what each idea
// adds, the tuning half of the queries and the held-out half apart.
//
//   search_quality [--data DIR] [--tune] [--queries] [--run DIR] [KNOB=NUMBER ...]
//
// --tune searches better numbers on the tuning half and prints them; --queries prints every query
// with its answers; --run writes answers for eval_search.py.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/json.h"
#include "e2e/bench/baseline_bm25.h"
#include "e2e/bench/search_trial.h"
#include "e2e/bench/tuning_knobs.h"

namespace bench {
namespace {

struct Options {
  std::filesystem::path data = "e2e/data/tools";
  std::filesystem::path run;
  bool tune = false;
  bool queries = false;
  search::Tuning tuning;
};

bool set_knob(search::Tuning& tuning, std::string_view argument) {
  const std::size_t equals = argument.find('=');
  for (const Knob& knob : knobs()) {
    if (equals == std::string_view::npos || knob.name != argument.substr(0, equals)) continue;
    knob.of(tuning) = std::strtof(std::string(argument.substr(equals + 1)).c_str(), nullptr);
    return true;
  }
  return false;
}

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--tune")
      options.tune = true;
    else if (argument == "--queries")
      options.queries = true;
    else if (argument == "--data" && i + 1 < argc)
      options.data = argv[++i];
    else if (argument == "--run" && i + 1 < argc)
      options.run = argv[++i];
    else if (!set_knob(options.tuning, argument)) {
      fmt::print(stderr, "search_quality: '{}' is no option. Knobs:", argument);
      for (const Knob& knob : knobs())
        fmt::print(stderr, " {}={}", knob.name, knob.of(options.tuning));
      fmt::print(stderr, "\n");
      return false;
    }
  }
  return true;
}

void print_header(const std::string& title) {
  fmt::print("\n{:<44} queries  r@1   r@3   r@5   r@10  nDCG10 MRR10\n", title);
}

void print_row(const std::string& label, const Quality& sum) {
  const Quality q = sum.mean();
  fmt::print("{:<44} {:>7}  {:.3f} {:.3f} {:.3f} {:.3f} {:.3f}  {:.3f}\n", label, q.queries,
             q.recall1, q.recall3, q.recall5, q.recall10, q.ndcg10, q.mrr10);
}

struct Rung {
  const char* label;
  std::vector<std::pair<const char*, float>> knobs;
};

// What the full system has and a rung of the ladder takes away, or an ablation alone.
const std::vector<Rung>& ideas() {
  static const std::vector<Rung> kIdeas{
      {"name coverage", {{"coverage=", 0}}},
      {"kinds of act", {{"act=", 0}}},
      {"server fit and best clause", {{"server=", 0}, {"clause=", 0}}},
      {"synonyms (same)", {{"same=", 0}}},
      {"related words (near)", {{"near=", 0}}},
      {"weak and filler words", {{"weak=", 1}, {"filler=", 1}}},
      {"file paths", {{"path=", 0}}},
      {"word families", {{"derived=", 0}}},
      {"joined neighbours", {{"join=", 0}}}};
  return kIdeas;
}

void take_away(search::Tuning& tuning, const Rung& idea) {
  for (const auto& [knob, value] : idea.knobs) set_knob(tuning, fmt::format("{}{}", knob, value));
}

void print_ladder(const ToolCorpus& corpus, const search::Tuning& tuning) {
  print_header(corpus.name + ": ladder");
  const auto baseline = [&](const char* label, BaselineOptions options) {
    const BaselineBm25 system(corpus, options);
    print_row(label,
              try_queries(corpus, [&](const std::string& q) { return system.find(q); }).all());
  };
  baseline("plain BM25", {});
  baseline("+ identifier splitting", {.split_identifiers = true, .stem = false});
  baseline("+ stemming", {.split_identifiers = true, .stem = true});
  for (std::size_t kept = 0; kept <= ideas().size(); ++kept) {
    search::Tuning rung = tuning;
    for (std::size_t i = 0; i + kept < ideas().size(); ++i) take_away(rung, ideas()[i]);
    const std::string label =
        kept == 0 ? "BM25F" : fmt::format("+ {}", ideas()[ideas().size() - kept].label);
    print_row(label, try_search(corpus, rung).all());
  }
}

void print_ablation(const ToolCorpus& corpus, const search::Tuning& tuning) {
  print_header(corpus.name + ": the whole without");
  for (const Rung& idea : ideas()) {
    search::Tuning without = tuning;
    take_away(without, idea);
    print_row(fmt::format("- {}", idea.label), try_search(corpus, without).all());
  }
}

void print_result(const ToolCorpus& corpus, const search::Tuning& tuning) {
  print_header(corpus.name);
  const Trial trial = try_search(corpus, tuning);
  print_row("all", trial.all());
  print_row("tuning half", trial.tuning);
  print_row("held-out half", trial.held_out);
  if (trial.families.size() < 2 || trial.families.size() > 8) return;
  for (const auto& [family, quality] : trial.families) print_row("family " + family, quality);
}

void print_queries(const ToolCorpus& corpus, const search::Tuning& tuning) {
  const auto index = index_of(corpus, tuning, search::Lexicon::builtin());
  const Finder find = finder_of(*index);
  for (const JudgedQuery& query : corpus.queries) {
    const auto ids = find(query.text);
    const Quality q = quality_of(query, ids);
    fmt::print("{} r5={:.2f} ndcg={:.2f} | {:.200}\n", query.id, q.recall5, q.ndcg10, query.text);
    for (const auto& id : ids) fmt::print("     {} {}\n", query.gains.contains(id) ? '*' : ' ', id);
    for (const auto& [id, gain] : query.gains) {
      if (std::ranges::find(ids, id) == ids.end()) fmt::print("     - {}\n", id);
    }
  }
}

void write_run(const ToolCorpus& corpus, const search::Tuning& tuning,
               const std::filesystem::path& file) {
  const auto index = index_of(corpus, tuning, search::Lexicon::builtin());
  const Finder find = finder_of(*index);
  std::ofstream out(file);
  for (const JudgedQuery& query : corpus.queries) {
    std::string line;
    base::JsonWriter json(line);
    json.begin_object().field("id", query.id).key("ranked").begin_array();
    for (const auto& id : find(query.text)) json.value(id);
    json.end_array().end_object();
    out << line << '\n';
  }
}

int run(Options options) {
  auto read = read_tool_corpora(options.data);
  if (!read.ok()) {
    fmt::print(stderr, "search_quality: {}\n", base::one_line(read.error()));
    return 1;
  }
  const std::vector<ToolCorpus>& corpora = *read;
  if (options.tune) options.tuning = tune(corpora, options.tuning);
  for (const ToolCorpus& corpus : corpora) {
    if (options.queries) print_queries(corpus, options.tuning);
    if (!options.run.empty())
      write_run(corpus, options.tuning, options.run / (corpus.name + ".jsonl"));
    print_result(corpus, options.tuning);
    if (options.queries || options.tune || !options.run.empty()) continue;
    print_ladder(corpus, options.tuning);
    print_ablation(corpus, options.tuning);
  }
  fmt::print(
      "\npublished for mcpproxy-go on its golden set:                  0.418 0.560 0.681 0.791 "
      "0.609  0.568\n");
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape): ends the run, and says why
  bench::Options options;
  return bench::read_options(argc, argv, options) ? bench::run(std::move(options)) : 2;
}
