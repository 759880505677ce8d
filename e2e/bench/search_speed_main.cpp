// How fast search answers and how much memory it takes, at 1,600 to 100,000 tools, one thread.
//
//   search_speed [--data DIR] [TOOLS ...]
//
// The larger corpora are the real one again and again: other server names, and in every tool a few
// words of its copy's own, so that the dictionary grows as it would.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>

#include "e2e/bench/tool_corpus.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

// Of this thread: what the machine's other work does not disturb.
double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Generation {
  search::ServerDocument server;
  std::vector<search::ToolDocument> tools;
};

std::string invented_word(std::mt19937& random) {
  static constexpr std::string_view kConsonants = "bcdfghklmnprstvz";
  static constexpr std::string_view kVowels = "aeiou";
  std::string word;
  for (int i = 0; i < 3; ++i) {
    word += kConsonants[random() % kConsonants.size()];
    word += kVowels[random() % kVowels.size()];
  }
  return word;
}

std::vector<Generation> grown(const ToolCorpus& corpus, std::size_t tools_wanted) {
  std::mt19937 random(1);
  std::vector<Generation> all;
  std::size_t tools = 0;
  for (std::size_t copy = 0; tools < tools_wanted; ++copy) {
    for (const auto& [server, originals] : corpus.servers) {
      if (tools >= tools_wanted) break;
      Generation generation{
          {copy == 0 ? server : fmt::format("{}-{}", server, invented_word(random)), "", {}},
          originals};
      generation.tools.resize(std::min(originals.size(), tools_wanted - tools));
      for (auto& tool : generation.tools) {
        if (copy == 0) break;
        if (random() % 2 == 0) tool.name += "_" + invented_word(random);
        tool.description += " " + invented_word(random) + " " + invented_word(random) + ".";
      }
      tools += generation.tools.size();
      all.push_back(std::move(generation));
    }
  }
  return all;
}

// Real queries, and each once more with a slip in one word.
std::vector<std::string> queries_of(const std::vector<ToolCorpus>& corpora) {
  std::mt19937 random(2);
  std::vector<std::string> queries;
  for (const ToolCorpus& corpus : corpora) {
    for (const JudgedQuery& query : corpus.queries) {
      queries.push_back(query.text);
      std::string slip = query.text;
      const std::size_t at = 1 + random() % (slip.size() - 2);
      std::swap(slip[at], slip[at - 1]);
      queries.push_back(std::move(slip));
    }
  }
  return queries;
}

void measure(const ToolCorpus& corpus, const std::vector<std::string>& queries, std::size_t tools) {
  const std::vector<Generation> generations = grown(corpus, tools);
  search::ToolIndex index;
  const double build_cpu_start = cpu_ms();
  const auto build_start = Clock::now();
  for (const Generation& generation : generations) {
    if (!index.replace(generation.server, generation.tools).ok()) std::abort();
  }
  const double build_ms = ms_since(build_start);
  const double build_cpu_ms = cpu_ms() - build_cpu_start;

  std::vector<double> times;
  std::vector<double> cpu_times;
  for (int round = 0; round < (tools > 50'000 ? 3 : 10); ++round) {
    for (const std::string& query : queries) {
      const double cpu_start = cpu_ms();
      const auto start = Clock::now();
      const auto answer = index.find({.text = query});
      times.push_back(ms_since(start));
      cpu_times.push_back(cpu_ms() - cpu_start);
      if (answer.hits.size() > 15) std::abort();
    }
  }
  const auto at = [](std::vector<double>& of, double share) {
    std::ranges::sort(of);
    return of[static_cast<std::size_t>(share * static_cast<double>(of.size() - 1))];
  };

  std::vector<double> replaces;
  for (std::size_t i = 0; i < generations.size() && i < 500; ++i) {
    const auto start = Clock::now();
    if (!index.replace(generations[i].server, generations[i].tools).ok()) std::abort();
    replaces.push_back(ms_since(start));
  }
  fmt::print(
      "{:>7} {:>8} {:>8.3f} {:>8.3f} {:>8.3f} {:>8.3f} {:>8.3f} {:>9.0f} {:>9.0f} {:>9.3f} "
      "{:>8.3f} {:>9}\n",
      tools, generations.size(), at(times, 0.5), at(times, 0.99), at(times, 1.0),
      at(cpu_times, 0.5), at(cpu_times, 0.99), build_ms, build_cpu_ms, at(replaces, 0.5),
      at(replaces, 0.99), index.bytes() / tools);
}

int run(int argc, char** argv) {
  std::filesystem::path data = "e2e/data/tools";
  std::vector<std::size_t> sizes;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--data" && i + 1 < argc)
      data = argv[++i];
    else
      sizes.push_back(std::strtoul(argv[i], nullptr, 10));
  }
  if (sizes.empty()) sizes = {1'600, 3'000, 10'000, 100'000};
  const auto corpora = read_tool_corpora(data);
  if (!corpora.ok()) {
    fmt::print(stderr, "search_speed: {}\n", base::one_line(corpora.error()));
    return 1;
  }
  const std::vector<std::string> queries = queries_of(*corpora);
  fmt::print("{} queries, times in milliseconds, one thread\n", queries.size());
  fmt::print("{:>7} {:>8} {:^26} {:^17} {:^19} {:^18} {:>9}\n", "", "", "search", "its CPU time",
             "whole build", "one server anew", "");
  fmt::print("{:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>8} {:>9}\n", "tools",
             "servers", "p50", "p99", "max", "p50", "p99", "wall", "CPU", "p50", "p99", "B/tool");
  for (const std::size_t tools : sizes) {
    if (tools > 0) measure(corpora->front(), queries, tools);
  }
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run(argc, argv);
}
