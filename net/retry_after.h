// The Retry-After header (RFC 9110, 10.2.3): seconds, or a date. Pure.
#pragma once
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace net {

// A server that asks for more is tried again after this.
inline constexpr base::Duration kRetryAfterMax = std::chrono::hours(1);

// How long to wait from `now` on, at most kRetryAfterMax; a date that has passed is zero. Nothing
// when the text is neither.
std::optional<base::Duration> parse_retry_after(std::string_view text, base::WallTime now);

}  // namespace net
