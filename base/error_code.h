// The stable error codes that people, scripts and agents see ("MCPT_..."): one list for all
// folders, so that a code means the same wherever it appears. Value.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace base {

enum class ErrorCode : std::uint8_t {
  // requests
  invalid_argument,
  invalid_json,
  invalid_message,
  not_found,
  already_exists,
  conflict,
  too_large,
  too_many,
  unauthorized,
  forbidden,
  unsupported,
  cancelled,
  deadline_exceeded,
  overloaded,
  // configuration
  config_invalid,
  config_read_only,
  config_changed,
  // store
  store_unavailable,
  store_in_use,
  store_damaged,
  store_too_new,
  quota_exceeded,
  // upstreams
  server_disabled,
  server_quarantined,
  server_unconfigured,
  server_starting,
  server_auto_disabled,
  spawn_failed,
  exited,
  connect_timeout,
  network,
  http_status,
  protocol_error,
  auth_required,
  connection_lost,
  // the machine
  io_error,
  address_in_use,
  daemon_unreachable,
  internal,
};

inline constexpr std::uint8_t kErrorCodeCount = static_cast<std::uint8_t>(ErrorCode::internal) + 1;

// "MCPT_NOT_FOUND" and so on. Never changes once released.
std::string_view to_string(ErrorCode code);
std::optional<ErrorCode> error_code_from(std::string_view text);

}  // namespace base
