// From a name to addresses, and from a failed dial to its reason. Blocks: for worker threads only.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"

namespace upstream {

struct Resolved {
  std::vector<std::string> addresses;  // numeric, in the order to try, at most kAddressesMax
  std::string problem;                 // what the name service said when there is none
  static constexpr std::size_t kAddressesMax = 4;
};

// May hang as long as the name service likes.
Resolved resolve(const std::string& host, std::uint16_t port);

// Dials once more, only to learn the errno; 0 when it works now or says nothing in `patience`.
int dial_error(const std::string& address, std::uint16_t port, base::Milliseconds patience);

}  // namespace upstream
