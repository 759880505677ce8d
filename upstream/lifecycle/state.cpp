#include "upstream/lifecycle/state.h"

#include <array>

namespace upstream {
namespace {

constexpr std::array<std::string_view, kStateCount> kStateWords{
    "disabled", "quarantined", "unconfigured",   "idle",          "queued",  "connecting",
    "ready",    "backoff",     "login_required", "auto_disabled", "stopping"};

}  // namespace

std::string_view to_string(State state) {
  return kStateWords[static_cast<std::size_t>(state)];
}

std::optional<State> state_from(std::string_view text) {
  for (std::size_t i = 0; i < kStateWords.size(); ++i) {
    if (kStateWords[i] == text) return static_cast<State>(i);
  }
  return std::nullopt;
}

std::string_view to_string(RunPolicy policy) {
  switch (policy) {
    case RunPolicy::active:
      return "active";
    case RunPolicy::lazy:
      return "lazy_loading";
    case RunPolicy::disabled:
      return "disabled";
    case RunPolicy::quarantined:
      return "quarantined";
  }
  return "";
}

}  // namespace upstream
