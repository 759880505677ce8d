// Which Host and Origin values are ours. A web page that a user visits can make their browser talk
// to any local port, under a name that the page's owner points at 127.0.0.1 (DNS rebinding); these
// two headers are what the browser then cannot fake. Pure. Value.
//
// Loopback names with any port always pass; an address literal cannot be rebound, so one passes
// when we listen on it, or on all addresses; names pass when they are trusted.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace proxy::security {

// "name", "name:port", "1.2.3.4:port" or "[v6]:port", taken apart. Views into the text.
struct HostPort {
  std::string_view host;  // with brackets when IPv6
  std::optional<std::uint16_t> port;
};
std::optional<HostPort> parse_host(std::string_view text);

// "scheme://host[:port]" taken apart; the port is the scheme's when http or https and not said.
struct OriginParts {
  std::string_view scheme;
  HostPort at;
};
std::optional<OriginParts> parse_origin(std::string_view text);

// localhost, 127.0.0.1 or [::1].
bool is_loopback_name(std::string_view host);

class HostOriginPolicy {
 public:
  // `listen_host` as in the configuration. `trusted_hosts`: "name" for any port or "name:port";
  // `trusted_origins`: as browsers send them. Errors: invalid_argument with the entry in question.
  static base::Result<HostOriginPolicy> make(const std::string& listen_host,
                                             std::vector<std::string> trusted_hosts,
                                             std::vector<std::string> trusted_origins);

  bool host_allowed(std::string_view host) const;
  // `host` is the request's Host, itself allowed: a page we served may talk to us. An absent Origin
  // (no browser) is not for this function: it is allowed.
  bool origin_allowed(std::string_view origin, std::string_view host) const;

  // We listen beyond loopback, or trust a host or origin beyond it: strangers may reach us.
  bool reachable_beyond_loopback() const { return beyond_loopback_; }

 private:
  HostOriginPolicy() = default;
  std::string listen_host_;
  bool any_address_ = false;
  bool beyond_loopback_ = false;
  std::vector<std::string> hosts_;
  std::vector<std::string> origins_;
};

}  // namespace proxy::security
