// The levels of log messages (logging/setLevel, notifications/message), least severe first. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace protocol {

enum class LogLevel : std::uint8_t {
  debug,
  info,
  notice,
  warning,
  error,
  critical,
  alert,
  emergency,
};

// Static text.
std::string_view to_string(LogLevel level);
// Exact comparison; nothing for any other text.
std::optional<LogLevel> log_level_from(std::string_view text);

}  // namespace protocol
