// What all simulations share: their command line, and how a seed that broke a rule is told.
#pragma once
#include <cstdint>
#include <functional>

#include "report.h"

namespace sim {

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 100;
  bool trace = false;
};

// --seeds FROM COUNT | --seed N [--trace]. False, and told how it is meant, when it is otherwise.
bool read_seeds(int argc, char** argv, Seeds& seeds);

// Lives each world, until ten have broken a rule, and tells of those; how many did. One that ends
// the program (an assertion, a sanitizer) is told as well. `program`: static text.
std::uint64_t run_seeds(const char* program, const Seeds& seeds,
                        const std::function<void(std::uint64_t seed, Report& report)>& live);

}  // namespace sim
