// The numbers of search::Tuning by name, for command lines and for the tuner. Constant.
#pragma once
#include <span>
#include <string_view>

#include "search/tuning.h"

namespace bench {

struct Knob {
  std::string_view name;
  float& (*of)(search::Tuning&);
};

std::span<const Knob> knobs();

}  // namespace bench
