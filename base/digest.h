// SHA-256 by OpenSSL: content hashes that are stored or compared across runs. Pure; any thread.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace base {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);
// The first eight bytes of it, where a collision does no harm.
std::uint64_t digest64(std::string_view bytes);

}  // namespace base
