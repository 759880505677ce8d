// What each peer holds of the server: connections, and bytes of requests that are not complete.
// Resource.
//
// A peer is an IPv4 address, an IPv6 network of 64 bits (one subscriber has all of it), or the user
// behind a unix socket.
//
// Ownership: the server's; shares belong to it and live as long as they have a connection.
// Threads:   the loop thread.
// Cost:      one hash lookup for a connection; none for a request.
#pragma once
#include <cstddef>
#include <string>
#include <unordered_map>

#include "proxy/http/peer.h"

namespace proxy::http {

struct PeerShare {
  std::string peer;
  std::size_t connections = 0;
  std::size_t held_bytes = 0;
};

class PeerShares {
 public:
  PeerShares() = default;
  PeerShares(const PeerShares&) = delete;
  PeerShares& operator=(const PeerShares&) = delete;

  // For a connection more. The reference is valid until leave() for it.
  PeerShare& join(const Peer& peer);
  void leave(PeerShare& share);

  std::size_t size() const { return shares_.size(); }

 private:
  std::unordered_map<std::string, PeerShare> shares_;
};

}  // namespace proxy::http
