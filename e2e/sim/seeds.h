// The command line that all simulations share, and how a seed that broke a rule is told.
#pragma once
#include <cstdint>
#include <string_view>

#include "report.h"

namespace sim {

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 100;
  bool trace = false;
};

// --seeds FROM COUNT | --seed N [--trace]. False, and told how it is meant, when it is otherwise.
bool read_seeds(int argc, char** argv, Seeds& seeds);

void tell_broken(std::string_view program, std::uint64_t seed, const Report& report);

}  // namespace sim
