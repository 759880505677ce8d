#include "proxy/http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "base/socket_owner.h"

namespace proxy::http {
namespace {

bool is_loopback(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return v6.sin6_addr.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

}  // namespace

PeerUser PeerUser::of_tcp(int descriptor) {
  PeerUser user;
  user.to_ask_ = descriptor;
  return user;
}

std::optional<uid_t> PeerUser::uid() const {
  if (to_ask_ >= 0) uid_ = base::tcp_peer_uid(std::exchange(to_ask_, -1));
  return uid_;
}

Peer tcp_peer(int descriptor) {
  Peer peer;
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) return peer;
  peer.loopback = is_loopback(address);
  if (peer.loopback) peer.user = PeerUser::of_tcp(descriptor);
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    peer.port = ntohs(v4.sin_port);
    ::inet_ntop(AF_INET, &v4.sin_addr, peer.address.data(), peer.address.size());
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    peer.port = ntohs(v6.sin6_port);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, peer.address.data(), peer.address.size());
  }
  return peer;
}

Peer unix_peer(int descriptor) {
  Peer peer;
  peer.via = Peer::Via::unix_socket;
  peer.loopback = true;
  if (const auto uid = base::unix_peer_uid(descriptor)) peer.user = PeerUser(*uid);
  return peer;
}

}  // namespace proxy::http
