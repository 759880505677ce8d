#include "e2e/scale/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.h"

namespace scale {
namespace {

constexpr std::array<std::string_view, kAreaCount> kAreas{
    "configuration", "state", "groups", "events", "discovery", "memory", "persistence"};

std::string amount(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e9) return fmt::format("{:.0f}", value);
  return value < 10 ? fmt::format("{:.2f}", value) : fmt::format("{:.1f}", value);
}

std::string target(const std::optional<double>& value) {
  return value ? "< " + amount(*value) : "-";
}

std::string verdict(const Metric& metric) {
  if (misses_field(metric)) return "MISSED";
  return metric.budget && metric.value >= *metric.budget ? "over our budget" : "";
}

void write(base::JsonWriter& out, std::string_view name, const std::optional<double>& value) {
  out.key(name);
  if (value) {
    out.value(*value);
  } else {
    out.null();
  }
}

}  // namespace

std::string_view to_string(Area area) {
  return kAreas[static_cast<std::size_t>(area)];
}

bool misses_field(const Metric& metric) {
  return metric.field && !(metric.value < *metric.field);
}

std::string key(const Metric& metric) {
  return fmt::format("{}: {}", to_string(metric.area), metric.name);
}

void Report::add(Metric metric) {
  metrics_.push_back(std::move(metric));
}

bool Report::require(Area area, bool kept, std::string what) {
  if (kept) {
    ++kept_;
  } else {
    broken_.push_back(fmt::format("{}: {}", to_string(area), what));
  }
  return kept;
}

bool Report::passed() const {
  return broken_.empty() &&
         (promises_only_ || std::none_of(metrics_.begin(), metrics_.end(), misses_field));
}

std::string Report::table(const std::map<std::string, double>& earlier) const {
  std::string text = fmt::format("{:<14} {:<66} {:>9} {:>9} {:>9} {:<4} {:>8}\n", "area", "metric",
                                 "field", "ours", "measured", "", earlier.empty() ? "" : "ratio");
  std::vector<const Metric*> sorted;
  for (const Metric& metric : metrics_) sorted.push_back(&metric);
  std::ranges::stable_sort(sorted, {}, &Metric::area);
  for (const Metric* metric : sorted) {
    const auto before = earlier.find(key(*metric));
    const bool comparable = before != earlier.end() && before->second > 0;
    text += fmt::format(
        "{:<14} {:<66} {:>9} {:>9} {:>9} {:<4} {:>8} {}\n", to_string(metric->area), metric->name,
        target(metric->field), target(metric->budget), amount(metric->value), metric->unit,
        comparable ? fmt::format("x{:.2f}", metric->value / before->second) : "", verdict(*metric));
  }
  text += fmt::format("{} promises kept, {} broken\n", kept_, broken_.size());
  for (const std::string& what : broken_) text += "BROKEN  " + what + "\n";
  return text;
}

std::string Report::json(bool is_short) const {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().field("program", "production_scale").field("version", MCPTRUNK_VERSION);
  out.field("short", is_short).field("passed", passed()).key("metrics").begin_array();
  for (const Metric& metric : metrics_) {
    out.begin_object().field("area", to_string(metric.area)).field("name", metric.name);
    out.field("unit", metric.unit).field("value", metric.value);
    write(out, "field", metric.field);
    write(out, "budget", metric.budget);
    out.end_object();
  }
  out.end_array().key("broken").begin_array();
  for (const std::string& what : broken_) out.value(what);
  out.end_array().end_object();
  return text + "\n";
}

base::Result<std::map<std::string, double>> values_of(std::string_view json) {
  const auto document = base::parse_document(json);
  if (!document) return document.error();
  const rapidjson::Value* metrics = base::json_array(*document, "metrics");
  if (metrics == nullptr) {
    return base::Error{base::ErrorCode::invalid_json, "there are no metrics in it",
                       "give a file that production_scale --json wrote"};
  }
  std::map<std::string, double> values;
  for (const rapidjson::Value& metric : metrics->GetArray()) {
    const auto value = base::json_number(metric, "value");
    if (!value) continue;
    values[fmt::format("{}: {}", base::json_string(metric, "area").value_or(""),
                       base::json_string(metric, "name").value_or(""))] = *value;
  }
  return values;
}

double quantile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  const double place = std::ceil(share * static_cast<double>(values.size())) - 1;
  return values[static_cast<std::size_t>(std::max(0.0, place))];
}

}  // namespace scale
