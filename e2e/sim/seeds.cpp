#include "seeds.h"

#include <fmt/format.h>

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

}  // namespace

bool read_seeds(int argc, char** argv, Seeds& seeds) {
  if (read(argc, argv, seeds)) return true;
  fmt::print("usage: {} --seeds FROM COUNT | --seed N [--trace]\n", argv[0]);
  return false;
}

void tell_broken(std::string_view program, std::uint64_t seed, const Report& report) {
  for (const std::string& line : report.last_lines()) fmt::print("  {}\n", line);
  fmt::print("seed {} broke a rule: {}\n  replay: {} --seed {} --trace\n", seed,
             *report.violation(), program, seed);
}

}  // namespace sim
