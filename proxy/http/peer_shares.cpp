#include "proxy/http/peer_shares.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

namespace proxy::http {
namespace {

std::string name_of(const Peer& peer) {
  if (peer.via == Peer::Via::unix_socket) {
    const auto uid = peer.uid();
    return uid ? fmt::format("uid {}", *uid) : "uid unknown";
  }
  in6_addr v6{};
  const bool is_network = ::inet_pton(AF_INET6, peer.address.data(), &v6) == 1 &&
                          !IN6_IS_ADDR_V4MAPPED(&v6) && !IN6_IS_ADDR_LOOPBACK(&v6);
  if (!is_network) return std::string(peer.text());
  constexpr std::size_t kNetworkBytes = 8;
  return {reinterpret_cast<const char*>(v6.s6_addr), kNetworkBytes};
}

}  // namespace

PeerShare& PeerShares::join(const Peer& peer) {
  std::string name = name_of(peer);
  PeerShare& share = shares_.try_emplace(name).first->second;
  if (share.connections == 0) share.peer = std::move(name);
  ++share.connections;
  return share;
}

void PeerShares::leave(PeerShare& share) {
  if (--share.connections == 0) shares_.erase(std::string(share.peer));
}

}  // namespace proxy::http
