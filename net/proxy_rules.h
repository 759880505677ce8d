// Which proxy the environment names for a site: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in
// lower case first, as curl reads them. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/url.h"

namespace net {

// `environment`: "NAME=value". Nothing: dial the site itself. Loopback is never proxied. Upper-case
// HTTP_PROXY counts, as a daemon is no CGI script.
std::optional<Url> proxy_for(const Url& site, const std::vector<std::string>& environment);

// Whether an entry of NO_PROXY ("*", ".example.com", "example.com:8080", "10.0.0.0/8") means the
// host.
bool matches_no_proxy(std::string_view entry, const Url& site);

}  // namespace net
