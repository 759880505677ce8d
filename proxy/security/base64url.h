// Base64 in the URL alphabet, without padding (RFC 4648 section 5): visible ASCII, fit for header
// values and paths. Pure functions.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace proxy::security {

void append_base64url(std::string& out, std::span<const unsigned char> bytes);

// Decodes into the front of `room`; returns how many bytes, or nothing when `text` is not the one
// canonical encoding of some bytes (foreign characters, padding, stray bits) or does not fit.
std::optional<std::size_t> decode_base64url(std::string_view text, std::span<unsigned char> room);

}  // namespace proxy::security
