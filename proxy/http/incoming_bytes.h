// How much of unfinished requests the server keeps: a budget over all connections and one for each
// peer. Pure.
//
// Ownership: the server's.
// Threads:   the loop thread.
#pragma once
#include <cstddef>

#include "proxy/http/peer_shares.h"

namespace proxy::http {

class IncomingBytes {
 public:
  // `each_max`: for one peer.
  IncomingBytes(std::size_t all_max, std::size_t each_max)
      : all_max_(all_max), each_max_(each_max) {}

  // A connection of `share` keeps `now` bytes, and kept `before`. False when that is more than
  // there is room for: nothing is changed then. Less always is granted.
  bool change(PeerShare& share, std::size_t before, std::size_t now) {
    if (now > before) {
      const std::size_t more = now - before;
      if (held_ + more > all_max_ || share.held_bytes + more > each_max_) return false;
    }
    held_ = held_ - before + now;
    share.held_bytes = share.held_bytes - before + now;
    return true;
  }
  std::size_t held() const { return held_; }

 private:
  const std::size_t all_max_;
  const std::size_t each_max_;
  std::size_t held_ = 0;
};

}  // namespace proxy::http
