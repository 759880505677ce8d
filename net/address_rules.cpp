#include "net/address_rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace net {
namespace {

enum class Kind : std::uint8_t { loopback, private_, metadata };

struct Range {
  std::string_view network;
  unsigned bits;
  Kind kind;
  std::string_view why;
};

constexpr std::string_view kOwn = "is this machine's own";
constexpr std::string_view kPrivate = "is a private network's";
constexpr std::string_view kLinkLocal = "is link-local";
constexpr std::string_view kNobody = "is no host's";
constexpr std::string_view kMetadata = "is a metadata service's";

// Of several that hold an address the first that is refused counts.
constexpr std::array kRanges{Range{"169.254.169.254", 32, Kind::metadata, kMetadata},
                             Range{"169.254.170.2", 32, Kind::metadata, kMetadata},
                             Range{"169.254.170.23", 32, Kind::metadata, kMetadata},
                             Range{"100.100.100.200", 32, Kind::metadata, kMetadata},
                             Range{"192.0.0.192", 32, Kind::metadata, kMetadata},
                             Range{"168.63.129.16", 32, Kind::metadata, kMetadata},
                             Range{"fd00:ec2::254", 128, Kind::metadata, kMetadata},
                             Range{"fd00:ec2::23", 128, Kind::metadata, kMetadata},
                             Range{"fd20:ce::254", 128, Kind::metadata, kMetadata},
                             Range{"127.0.0.0", 8, Kind::loopback, kOwn},
                             Range{"0.0.0.0", 8, Kind::loopback, kOwn},
                             Range{"::", 127, Kind::loopback, kOwn},  // :: and ::1
                             Range{"10.0.0.0", 8, Kind::private_, kPrivate},
                             Range{"172.16.0.0", 12, Kind::private_, kPrivate},
                             Range{"192.168.0.0", 16, Kind::private_, kPrivate},
                             Range{"100.64.0.0", 10, Kind::private_, kPrivate},
                             Range{"198.18.0.0", 15, Kind::private_, kPrivate},
                             Range{"fc00::", 7, Kind::private_, kPrivate},
                             Range{"fec0::", 10, Kind::private_, kPrivate},
                             Range{"169.254.0.0", 16, Kind::private_, kLinkLocal},
                             Range{"fe80::", 10, Kind::private_, kLinkLocal},
                             Range{"192.0.0.0", 24, Kind::private_, kNobody},
                             Range{"224.0.0.0", 4, Kind::private_, kNobody},
                             Range{"240.0.0.0", 4, Kind::private_, kNobody},
                             Range{"ff00::", 8, Kind::private_, kNobody}};

bool holds(const Range& range, const IpAddress& address) {
  const auto network = parse_address(std::string(range.network));
  if (!network || network->v6 != address.v6) return false;
  for (unsigned bit = 0; bit < range.bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((network->bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

// The IPv4 address that an IPv6 one stands for.
IpAddress unwrapped(const IpAddress& address) {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  static constexpr std::array<std::uint8_t, 12> kNat64{0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0};
  const auto starts = [&address](const auto& prefix) {
    return std::equal(prefix.begin(), prefix.end(), address.bytes.begin());
  };
  const auto four_from = [&address](std::size_t place) {
    IpAddress four;
    std::copy_n(address.bytes.begin() + static_cast<std::ptrdiff_t>(place), 4, four.bytes.begin());
    return four;
  };
  if (starts(kMapped) || starts(kNat64)) return four_from(12);
  if (address.bytes[0] == 0x20 && address.bytes[1] == 0x02) return four_from(2);
  return address;
}

}  // namespace

std::optional<IpAddress> parse_address(const std::string& text) {
  IpAddress address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;
  const std::string without_zone = text.substr(0, text.find('%'));
  if (inet_pton(AF_INET6, without_zone.c_str(), address.bytes.data()) != 1) return std::nullopt;
  address.v6 = true;
  return unwrapped(address);
}

std::optional<IpAddress> address_of(const sockaddr& address) {
  IpAddress found;
  if (address.sa_family == AF_INET) {
    std::memcpy(found.bytes.data(), &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
    return found;
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  std::memcpy(found.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
  found.v6 = true;
  return unwrapped(found);
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  return text.data();
}

std::string_view AddressRules::refusal(const IpAddress& address) const {
  const auto refused = [this](Kind kind) {
    return kind == Kind::loopback   ? refuse_loopback
           : kind == Kind::private_ ? refuse_private
                                    : refuse_metadata;
  };
  for (const Range& range : kRanges) {
    if (refused(range.kind) && holds(range, address)) return range.why;
  }
  return {};
}

}  // namespace net
