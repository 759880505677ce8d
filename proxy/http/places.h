// Who gives up its connection when there is no room for another one. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace proxy::http {

class Connection;

// What would be lost with a connection; the lowest goes first.
enum class Standing : std::uint8_t {
  over,      // answered for good, waits for the peer to close
  silent,    // never sent a whole request head
  stranger,  // idle; nobody who asked on it was known
  known,     // idle; the handler knew who asked (Judgement::known)
  busy,      // a request of somebody known arrives or waits for its answer, or a stream is open
};

struct Candidate {
  Standing standing = Standing::busy;
  base::TimePoint since{};  // since when it is what it is
  Connection* connection = nullptr;
};

// Those of `candidates` that go: all of the lowest standing present, the longest so first, and not
// more than one in 64 of `places`, of those known one in 512, but one at least: looking for them
// costs a walk over all. Nobody, when all are busy.
std::vector<Candidate> who_goes(std::vector<Candidate> candidates, std::size_t places);

}  // namespace proxy::http
