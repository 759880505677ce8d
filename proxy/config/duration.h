// Durations as configuration files write them: every form of Go's time.ParseDuration ("2m0s",
// "1.5h", "90s", "250ms"), or a number of seconds. Pure functions.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace proxy::config {

// Nothing when `text` is no duration, is negative, or exceeds about 100 years. Fractions of a
// millisecond are dropped.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// The same for a JSON number of seconds, as written ("90", "0.5", "1e2").
std::optional<std::chrono::milliseconds> parse_seconds(std::string_view number);

// As Go prints it: "2m0s", "1.5s", "250ms", "0s". parse_duration reads it back to the same value.
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace proxy::config
