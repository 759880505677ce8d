#include "seeds.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace sim {
namespace {

bool read(int argc, char** argv, Seeds& seeds) {
  for (int i = 1; i < argc; ++i) {
    const bool has_next = i + 1 < argc;
    if (std::strcmp(argv[i], "--seeds") == 0 && i + 2 < argc) {
      seeds.first = std::strtoull(argv[++i], nullptr, 10);
      seeds.count = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::strcmp(argv[i], "--seed") == 0 && has_next) {
      seeds.first = std::strtoull(argv[++i], nullptr, 10);
      seeds.count = 1;
    } else if (std::strcmp(argv[i], "--trace") == 0) {
      seeds.trace = true;
    } else {
      return false;
    }
  }
  return seeds.count > 0;
}

void tell_broken(const char* program, std::uint64_t seed, const Report& report) {
  for (const std::string& line : report.last_lines()) fmt::print("  {}\n", line);
  fmt::print("seed {} broke a rule: {}\n  replay: {} --seed {} --trace\n", seed,
             *report.violation(), program, seed);
  std::fflush(stdout);
}

// What to say of the world that lives now should it abort: written before, a handler may not.
std::array<char, 128> last_words{};

void note_seed(const char* program, std::uint64_t seed) {
  last_words.fill(0);
  fmt::format_to_n(last_words.data(), last_words.size() - 1,
                   "seed {} aborted\n  replay: {} --seed {} --trace\n", seed, program, seed);
}

void on_abort(int) {
  const ssize_t written = ::write(STDERR_FILENO, last_words.data(), std::strlen(last_words.data()));
  static_cast<void>(written);
}

}  // namespace

bool read_seeds(int argc, char** argv, Seeds& seeds) {
  if (read(argc, argv, seeds)) return true;
  fmt::print("usage: {} --seeds FROM COUNT | --seed N [--trace]\n", argv[0]);
  return false;
}

std::uint64_t run_seeds(const char* program, const Seeds& seeds,
                        const std::function<void(std::uint64_t, Report&)>& live) {
  std::signal(SIGABRT, on_abort);
  std::uint64_t failed = 0;
  for (std::uint64_t i = 0; i < seeds.count && failed < 10; ++i) {
    const std::uint64_t seed = seeds.first + i;
    note_seed(program, seed);
    Report report(seeds.trace);
    live(seed, report);
    if (!report.violation()) continue;
    ++failed;
    tell_broken(program, seed, report);
  }
  return failed;
}

}  // namespace sim
