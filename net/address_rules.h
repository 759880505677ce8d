// Which addresses may be dialled: a table of ranges that lead into the machine, into private
// networks or to what clouds tell their machines. Values; pure.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace net {

// An IPv4 or IPv6 address. IPv4 in any of its IPv6 forms (mapped, NAT64, 6to4) is the IPv4 one: it
// leads there.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;
  bool operator==(const IpAddress&) const = default;
};
// Of the numeric text, without brackets; a zone ("%eth0") is left out. Nothing when it is no
// address.
std::optional<IpAddress> parse_address(const std::string& text);
std::optional<IpAddress> address_of(const sockaddr& address);
// As it is written in a list of addresses.
std::string to_string(const IpAddress& address);

// Value. The default allows all.
struct AddressRules {
  bool refuse_loopback = false;  // this machine
  bool refuse_private = false;   // private and link-local networks, shared address space
  bool refuse_metadata = false;  // where clouds hand credentials to whoever asks
  bool operator==(const AddressRules&) const = default;

  // For addresses that somebody else chose.
  static constexpr AddressRules public_only() { return {true, true, true}; }

  // Why it must not be dialled, as the end of a sentence ("is a private network's"); empty when it
  // may. Addresses that are nobody's (unspecified, multicast, reserved) are refused with
  // refuse_private.
  std::string_view refusal(const IpAddress& address) const;
};

}  // namespace net
