#include "base/error_code.h"

#include <array>

namespace base {
namespace {

struct Row {
  ErrorCode code;
  std::string_view text;
};

constexpr std::array kRows{
    Row{ErrorCode::invalid_argument, "MCPT_INVALID_ARGUMENT"},
    Row{ErrorCode::invalid_json, "MCPT_INVALID_JSON"},
    Row{ErrorCode::invalid_message, "MCPT_INVALID_MESSAGE"},
    Row{ErrorCode::not_found, "MCPT_NOT_FOUND"},
    Row{ErrorCode::already_exists, "MCPT_ALREADY_EXISTS"},
    Row{ErrorCode::conflict, "MCPT_CONFLICT"},
    Row{ErrorCode::too_large, "MCPT_TOO_LARGE"},
    Row{ErrorCode::too_many, "MCPT_TOO_MANY"},
    Row{ErrorCode::unauthorized, "MCPT_UNAUTHORIZED"},
    Row{ErrorCode::forbidden, "MCPT_FORBIDDEN"},
    Row{ErrorCode::unsupported, "MCPT_UNSUPPORTED"},
    Row{ErrorCode::cancelled, "MCPT_CANCELLED"},
    Row{ErrorCode::deadline_exceeded, "MCPT_DEADLINE_EXCEEDED"},
    Row{ErrorCode::overloaded, "MCPT_OVERLOADED"},
    Row{ErrorCode::config_invalid, "MCPT_CONFIG_INVALID"},
    Row{ErrorCode::config_read_only, "MCPT_CONFIG_READ_ONLY"},
    Row{ErrorCode::config_changed, "MCPT_CONFIG_CHANGED"},
    Row{ErrorCode::store_unavailable, "MCPT_STORE_UNAVAILABLE"},
    Row{ErrorCode::store_in_use, "MCPT_STORE_IN_USE"},
    Row{ErrorCode::store_damaged, "MCPT_STORE_DAMAGED"},
    Row{ErrorCode::store_too_new, "MCPT_STORE_TOO_NEW"},
    Row{ErrorCode::quota_exceeded, "MCPT_QUOTA_EXCEEDED"},
    Row{ErrorCode::server_disabled, "MCPT_SERVER_DISABLED"},
    Row{ErrorCode::server_quarantined, "MCPT_SERVER_QUARANTINED"},
    Row{ErrorCode::server_unconfigured, "MCPT_SERVER_UNCONFIGURED"},
    Row{ErrorCode::server_starting, "MCPT_SERVER_STARTING"},
    Row{ErrorCode::server_auto_disabled, "MCPT_SERVER_AUTO_DISABLED"},
    Row{ErrorCode::spawn_failed, "MCPT_SPAWN_FAILED"},
    Row{ErrorCode::exited, "MCPT_EXITED"},
    Row{ErrorCode::connect_timeout, "MCPT_CONNECT_TIMEOUT"},
    Row{ErrorCode::network, "MCPT_NETWORK"},
    Row{ErrorCode::http_status, "MCPT_HTTP_STATUS"},
    Row{ErrorCode::protocol_error, "MCPT_PROTOCOL_ERROR"},
    Row{ErrorCode::auth_required, "MCPT_AUTH_REQUIRED"},
    Row{ErrorCode::connection_lost, "MCPT_CONNECTION_LOST"},
    Row{ErrorCode::io_error, "MCPT_IO_ERROR"},
    Row{ErrorCode::address_in_use, "MCPT_ADDRESS_IN_USE"},
    Row{ErrorCode::daemon_unreachable, "MCPT_DAEMON_UNREACHABLE"},
    Row{ErrorCode::internal, "MCPT_INTERNAL"},
};
static_assert(kRows.size() == kErrorCodeCount, "one row for each code");
static_assert(
    [] {
      for (std::size_t i = 0; i < kRows.size(); ++i) {
        if (static_cast<std::size_t>(kRows[i].code) != i) return false;
      }
      return true;
    }(),
    "rows stand in the order of the codes");

}  // namespace

std::string_view to_string(ErrorCode code) {
  return kRows[static_cast<std::size_t>(code)].text;
}

std::optional<ErrorCode> error_code_from(std::string_view text) {
  for (const Row& row : kRows) {
    if (row.text == text) return row.code;
  }
  return std::nullopt;
}

}  // namespace base
