// Recognises a text of the configuration file: our own writes, the state an edit was made against
// (ETag), what an open journal entry refers to. Value.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proxy::config {

using ContentHash = std::array<std::uint8_t, 32>;  // SHA-256

ContentHash content_hash(std::string_view text);

// 64 hexadecimal digits, and back.
std::string to_hex(const ContentHash& hash);
std::optional<ContentHash> hash_from_hex(std::string_view hex);

}  // namespace proxy::config
