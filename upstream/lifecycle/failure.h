// Why an upstream could not be started or was lost: what people read in `servers why`. Values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error_code.h"

namespace upstream {

enum class FailureKind : std::uint8_t {
  spawn_failed,
  exited,
  connect_timeout,
  network,
  http_status,
  protocol_error,
  auth_required,
};

// "exited" and so on; stable, stored.
std::string_view to_string(FailureKind kind);
std::optional<FailureKind> failure_kind_from(std::string_view text);
base::ErrorCode error_code(FailureKind kind);

struct Failure {
  FailureKind kind = FailureKind::exited;
  // Exit code of `exited` (128 + signal when killed by one), HTTP status of `http_status`, else
  // errno or 0.
  int detail = 0;
  std::string message;                   // one plain sentence
  std::string remedy;                    // what to do; may be empty
  std::vector<std::string> stderr_tail;  // the last lines, oldest first, at most kStderrLinesMax
  // The server asked not to be tried again before (Retry-After); not stored.
  base::Duration retry_after{};
  // The line of stderr that tells why. May be of what one client told the server, so it is no part
  // of `message` before the session knows who may read it; not stored.
  std::string last_words{};
  bool operator==(const Failure&) const = default;

  static constexpr std::size_t kStderrLinesMax = 20;
};

// A failure always has a reason: an empty or blank message becomes what its kind alone says.
void give_reason(Failure& failure);

}  // namespace upstream
