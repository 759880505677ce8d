// The headers by which proxies give themselves away. Pure.
#pragma once
#include <string_view>

namespace proxy::http {

// `name` (in any case) is a header that a proxy, load balancer, tunnel or content network adds to
// what it passes on: the peer of such a request is not the one who asks.
bool is_added_by_proxies(std::string_view name);

}  // namespace proxy::http
