// How much a tool's use speaks for it, as a number from 0 to 1 for ToolIndex::set_prior. Pure.
//
// Many successes weigh little more than some, half of the weight is gone after kHalfLife without a
// use, and failures take it away: a tool that always fails has none. Never used is 0, so the prior
// can be switched off by not setting it.
#pragma once
#include <chrono>
#include <cstdint>

namespace search {

struct ToolUse {
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;
  std::chrono::hours since_last = std::chrono::hours(0);
};

inline constexpr std::chrono::hours kUseHalfLife{24 * 14};

float usage_prior(const ToolUse& use);

}  // namespace search
