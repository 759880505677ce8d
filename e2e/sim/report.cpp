#include "report.h"

#include <fmt/format.h>

namespace sim {

void Report::line(std::string text) {
  if (live_) {
    fmt::print("{}\n", text);
    return;
  }
  last_.push_back(std::move(text));
  if (last_.size() > kLinesKept) last_.pop_front();
}

}  // namespace sim
