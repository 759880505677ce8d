#include "proxy/http/peer_shares.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "proxy/http/incoming_bytes.h"

namespace proxy::http {
namespace {

Peer at(const char* address) {
  Peer peer;
  std::strcpy(peer.address.data(), address);
  return peer;
}

TEST_CASE("an address is one peer, and so is a network of 64 bits", "[http]") {
  PeerShares shares;
  PeerShare& first = shares.join(at("192.0.2.1"));
  CHECK(&shares.join(at("192.0.2.1")) == &first);
  CHECK(first.connections == 2);
  CHECK(&shares.join(at("192.0.2.2")) != &first);
  PeerShare& network = shares.join(at("2001:db8:1:2::1"));
  CHECK(&shares.join(at("2001:db8:1:2:ffff::9")) == &network);
  CHECK(&shares.join(at("2001:db8:1:3::1")) != &network);
  PeerShare& mapped = shares.join(at("::ffff:192.0.2.1"));
  CHECK(&shares.join(at("::ffff:192.0.2.2")) != &mapped);
}

TEST_CASE("behind a unix socket each user is a peer", "[http]") {
  PeerShares shares;
  Peer peer;
  peer.via = Peer::Via::unix_socket;
  peer.user = PeerUser(7);
  PeerShare& seven = shares.join(peer);
  CHECK(&shares.join(peer) == &seven);
  peer.user = PeerUser(8);
  CHECK(&shares.join(peer) != &seven);
}

TEST_CASE("a peer is forgotten with its last connection", "[http]") {
  PeerShares shares;
  PeerShare& share = shares.join(at("192.0.2.1"));
  shares.join(at("192.0.2.1"));
  shares.leave(share);
  CHECK(shares.size() == 1);
  shares.leave(share);
  CHECK(shares.size() == 0);
}

TEST_CASE("bytes are granted within the whole budget and the peer's, and given back", "[http]") {
  PeerShares shares;
  PeerShare& a = shares.join(at("192.0.2.1"));
  PeerShare& b = shares.join(at("192.0.2.2"));
  PeerShare& c = shares.join(at("192.0.2.3"));
  IncomingBytes bytes(100, 60);
  CHECK(bytes.change(a, 0, 60));
  CHECK(!bytes.change(a, 0, 1));  // of another connection
  CHECK(bytes.change(b, 0, 40));
  CHECK(!bytes.change(c, 0, 1));
  CHECK(bytes.held() == 100);
  CHECK(bytes.change(a, 60, 10));
  CHECK(bytes.change(c, 0, 50));
  CHECK(!bytes.change(c, 50, 51));
  CHECK(bytes.held() == 100);
}

}  // namespace
}  // namespace proxy::http
