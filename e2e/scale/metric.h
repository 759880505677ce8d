// What the production-scale test found: measured values beside their targets, and promises that
// were kept or broken. Values.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace scale {

enum class Area : std::uint8_t {
  configuration,
  state,
  groups,
  events,
  discovery,
  memory,
  persistence,
};
inline constexpr std::uint8_t kAreaCount = static_cast<std::uint8_t>(Area::persistence) + 1;
std::string_view to_string(Area area);

// Smaller is better.
struct Metric {
  Area area = Area::configuration;
  std::string name;  // "read all 159 records, p50"; with the area unique
  std::string unit;  // "ms", "MiB"; empty: a count
  double value = 0;
  std::optional<double> field;   // what others promise: a miss fails the run
  std::optional<double> budget;  // what we promise; shown, for machines differ
};

class Report {
 public:
  void add(Metric metric);
  // A promise that is no number. Returns whether it was kept.
  bool require(Area area, bool kept, std::string what);

  // No promise broken; and, unless only promises count, no field's target missed.
  bool passed() const;
  void count_promises_only() { promises_only_ = true; }
  // One line for each metric, area by area, and one for each broken promise. `earlier`: values of a
  // run before, by key(); shown as a ratio.
  std::string table(const std::map<std::string, double>& earlier) const;
  std::string json(bool is_short) const;

  const std::vector<Metric>& metrics() const { return metrics_; }

 private:
  std::vector<Metric> metrics_;
  std::vector<std::string> broken_;
  std::uint32_t kept_ = 0;
  bool promises_only_ = false;
};

bool misses_field(const Metric& metric);

// What tells a metric from all others, also in a later run.
std::string key(const Metric& metric);
// The values of a report that json() wrote, by key(). Errors: invalid_json.
base::Result<std::map<std::string, double>> values_of(std::string_view json);

// Milliseconds between 0 and 100 % of measured values. REQUIRES: not empty.
double quantile(std::vector<double> values, double share);

}  // namespace scale
