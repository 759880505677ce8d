#include "upstream/lifecycle/failure.h"

#include <array>

namespace upstream {
namespace {

struct Row {
  FailureKind kind;
  std::string_view text;
  base::ErrorCode code;
};

constexpr std::array kRows{
    Row{FailureKind::spawn_failed, "spawn_failed", base::ErrorCode::spawn_failed},
    Row{FailureKind::exited, "exited", base::ErrorCode::exited},
    Row{FailureKind::connect_timeout, "connect_timeout", base::ErrorCode::connect_timeout},
    Row{FailureKind::network, "network", base::ErrorCode::network},
    Row{FailureKind::http_status, "http_status", base::ErrorCode::http_status},
    Row{FailureKind::protocol_error, "protocol_error", base::ErrorCode::protocol_error},
    Row{FailureKind::auth_required, "auth_required", base::ErrorCode::auth_required},
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

base::ErrorCode error_code(FailureKind kind) {
  return kRows[static_cast<std::size_t>(kind)].code;
}

}  // namespace upstream
