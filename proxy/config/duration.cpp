#include "proxy/config/duration.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace proxy::config {
namespace {

using std::chrono::milliseconds;

constexpr double kMillisecondsMax = 100.0 * 366 * 24 * 3600 * 1000;

struct Unit {
  std::string_view name;
  double milliseconds;
};
// Two-letter units first: "m" is the beginning of "ms".
constexpr std::array kUnits{
    Unit{"ns", 1e-6}, Unit{"us", 1e-3}, Unit{"\xC2\xB5s", 1e-3}, Unit{"\xCE\xBCs", 1e-3},
    Unit{"ms", 1},    Unit{"s", 1'000}, Unit{"m", 60'000},       Unit{"h", 3'600'000},
};

std::optional<double> take_number(std::string_view& text) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789."), text.size());
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + size, value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + size) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

std::optional<double> take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (text.starts_with(unit.name)) {
      text.remove_prefix(unit.name.size());
      return unit.milliseconds;
    }
  }
  return std::nullopt;
}

std::optional<milliseconds> checked(double total) {
  if (!(total >= 0) || total > kMillisecondsMax) return std::nullopt;
  // 0.1 s is 100 ms although 0.1 is a little less in binary.
  return milliseconds(static_cast<std::int64_t>(std::floor(total + 1e-6)));
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return milliseconds(0);
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const std::optional<double> number = take_number(text);
    if (!number) return std::nullopt;
    const std::optional<double> unit = take_unit(text);
    if (!unit) return std::nullopt;
    total += *number * *unit;
  }
  return checked(total);
}

std::optional<milliseconds> parse_seconds(std::string_view number) {
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  return checked(value * 1'000);
}

std::string format_duration(milliseconds duration) {
  const std::int64_t total = duration.count();
  if (total == 0) return "0s";
  if (total < 1'000) return fmt::format("{}ms", total);
  const std::int64_t hours = total / 3'600'000;
  const std::int64_t minutes = total / 60'000 % 60;
  const std::int64_t seconds = total / 1'000 % 60;
  std::string out;
  if (hours > 0) out += fmt::format("{}h", hours);
  if (hours > 0 || minutes > 0) out += fmt::format("{}m", minutes);
  out += fmt::format("{}", seconds);
  if (total % 1'000 != 0) {
    std::string fraction = fmt::format(".{:03}", total % 1'000);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out += fraction;
  }
  return out + "s";
}

}  // namespace proxy::config
