// The story of one simulated world, and the first rule that was broken in it. Resource.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace sim {

class Report {
 public:
  // `live`: every line is printed as it comes; else the last ones are kept.
  explicit Report(bool live) : live_(live) {}

  void line(std::string text);
  // Whether details are worth making a line of.
  bool live() const { return live_; }
  void violate(std::string rule) {
    line("VIOLATED: " + rule);
    if (!violation_) violation_ = std::move(rule);
  }
  const std::optional<std::string>& violation() const { return violation_; }
  const std::deque<std::string>& last_lines() const { return last_; }

 private:
  static constexpr std::size_t kLinesKept = 40;
  const bool live_;
  std::deque<std::string> last_;
  std::optional<std::string> violation_;
};

}  // namespace sim
