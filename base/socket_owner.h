// Whose process holds the other end of a connection within this machine. Pure look-up.
#pragma once
#include <sys/types.h>

#include <optional>

namespace base {

// The user whose process holds the other end of the accepted loopback TCP connection `descriptor`;
// nothing when it cannot be known.
std::optional<uid_t> tcp_peer_uid(int descriptor);

}  // namespace base
