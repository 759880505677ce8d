// Who sent a request, from the socket (never from a header). Values.
//
// Threads: the loop thread.
#pragma once
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::http {

// The user whose process holds the other end. Over TCP the system is asked when somebody first
// wants to know, at most once for a connection: a request that shows a key does not pay for it.
class PeerUser {
 public:
  PeerUser() = default;  // cannot be known
  explicit PeerUser(uid_t known) : uid_(known) {}
  // `descriptor`: of the accepted connection; open as long as the peer is asked.
  static PeerUser of_tcp(int descriptor);

  std::optional<uid_t> uid() const;

 private:
  mutable int to_ask_ = -1;  // the connection, until it was asked
  mutable std::optional<uid_t> uid_;
};

struct Peer {
  enum class Via : std::uint8_t { tcp, unix_socket };

  Via via = Via::tcp;
  bool loopback = false;  // on this machine: over a loopback address or a unix socket
  std::uint16_t port = 0;
  std::array<char, 46> address{};  // text, zero-terminated; IPv6 without brackets; TCP only
  PeerUser user{};

  std::string_view text() const { return address.data(); }
  // Nothing for a peer beyond this machine, and when it cannot be known.
  std::optional<uid_t> uid() const { return user.uid(); }
};

// Of an accepted connection.
Peer tcp_peer(int descriptor);
Peer unix_peer(int descriptor);

}  // namespace proxy::http
