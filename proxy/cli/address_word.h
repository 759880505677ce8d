// Tells a URL from a program where either may stand: people leave out "http://", or name what no
// server of ours can be reached by. Pure.
#pragma once
#include <cstdint>
#include <string_view>

namespace proxy::cli {

// url: http or https. unusable: meant as an address, such as "ftp://x", "localhost:3000/mcp" or
// "example.com/mcp".
enum class AddressKind : std::uint8_t { none, url, unusable };

AddressKind address_kind_of(std::string_view word);

}  // namespace proxy::cli
