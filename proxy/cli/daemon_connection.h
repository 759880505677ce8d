// The one way in which commands speak with a daemon: over the unix socket of its data directory, or
// over TCP to the address that was named.
//
//   over        | goes to                             | with
//   ------------|-------------------------------------|-----------------------------------------
//   unix socket | a process of this user, else nobody | no key: the daemon sees who it is
//   http        | what was named                      | the key that was given; else the own key,
//               |                                     | when a process of this user on this
//               |                                     | machine holds the other end
//   https       | what was named                      | the key that was given
//
// Who holds the other end is asked of the kernel for each connection, before a byte is sent. A
// redirect is never followed: a key stays where it was meant for.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/cli/daemon_address.h"

namespace httplib {
class ClientImpl;
}

namespace proxy::cli {

// The parts of "http://[::1]:8080". Value.
struct UrlParts {
  bool tls = false;
  std::string host;  // IPv6 without brackets
  int port = 0;
};
// Nothing for what is not just scheme, host and port. Pure.
std::optional<UrlParts> parts_of_url(std::string_view url);

// Not connected yet: that happens with the first request, and anew when the connection has ended.
// Ownership: the caller's. Threads: one at a time, but for stop().
// REQUIRES: the address has a socket, or a URL that has parts.
std::unique_ptr<httplib::ClientImpl> connection_to(const DaemonAddress& address);

}  // namespace proxy::cli
