// The http and https addresses of upstreams: parsed once, compared by origin, resolved as RFC 3986
// says. Values; pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace net {

struct Url {
  bool tls = false;
  std::string host;  // lower case; IPv6 without brackets
  std::uint16_t port = 80;
  std::string target = "/";  // path and query, never empty; no fragment
  std::string user_info;     // "user:password", still percent-encoded; empty when there is none

  bool operator==(const Url&) const = default;
};

inline constexpr std::size_t kUrlBytesMax = 8192;

// Errors: config_invalid, for anything but an absolute http or https URL with a host; also for
// control characters and blanks, which would end a request line early.
base::Result<Url> parse_url(std::string_view text);

// What a Location or an `endpoint` event means on a page at `base`. Nothing when it is no http URL.
std::optional<Url> resolve_url(const Url& base, std::string_view reference);

// Scheme, host and port are the same: credentials may go there.
bool same_origin(const Url& a, const Url& b);

// "https://host:8443": the port only when it is not the scheme's own.
std::string origin_text(const Url& url);

}  // namespace net
