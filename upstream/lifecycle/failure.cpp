#include "upstream/lifecycle/failure.h"

#include <fmt/format.h>

#include <array>

namespace upstream {
namespace {

struct Row {
  FailureKind kind;
  std::string_view text;
  base::ErrorCode code;
  std::string_view reason;  // when nothing more is known
};

constexpr std::array kRows{
    Row{FailureKind::spawn_failed, "spawn_failed", base::ErrorCode::spawn_failed,
        "It could not be started"},
    Row{FailureKind::exited, "exited", base::ErrorCode::exited, "It ended"},
    Row{FailureKind::connect_timeout, "connect_timeout", base::ErrorCode::connect_timeout,
        "It was not ready in time"},
    Row{FailureKind::network, "network", base::ErrorCode::network, "The connection to it was lost"},
    Row{FailureKind::http_status, "http_status", base::ErrorCode::http_status,
        "It answered with an HTTP error"},
    Row{FailureKind::protocol_error, "protocol_error", base::ErrorCode::protocol_error,
        "It broke the protocol"},
    Row{FailureKind::auth_required, "auth_required", base::ErrorCode::auth_required,
        "It wants a login"},
};

}  // namespace

std::string_view to_string(FailureKind kind) {
  return kRows[static_cast<std::size_t>(kind)].text;
}

std::optional<FailureKind> failure_kind_from(std::string_view text) {
  for (const Row& row : kRows) {
    if (row.text == text) return row.kind;
  }
  return std::nullopt;
}

void give_reason(Failure& failure) {
  if (failure.message.find_first_not_of(" \t\r\n.") != std::string::npos) return;
  failure.message = kRows[static_cast<std::size_t>(failure.kind)].reason;
  if (failure.detail != 0) failure.message += fmt::format(" ({})", failure.detail);
}

base::ErrorCode error_code(FailureKind kind) {
  return kRows[static_cast<std::size_t>(kind)].code;
}

}  // namespace upstream
