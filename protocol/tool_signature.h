// A tool's inputSchema as one line for an agent's context:
//   create_issue(owner*: str, repo*: str, labels: [str], state: "open"|"closed" = "open")
// Required parameters come first and carry a star. Pure functions; any thread. Tolerant: what is no
// schema gives "name()"; what is too long ends in "..." and stays within kBytesMax. Cost: linear,
// within the limits.
#pragma once
#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace protocol {

inline constexpr std::size_t kSignatureBytesMax = 600;  // without the tool's name
inline constexpr std::size_t kSignatureParametersMax = 24;

std::string tool_signature(std::string_view name, const rapidjson::Value& input_schema);
// Of the JSON text; "name()" when it does not parse.
std::string tool_signature(std::string_view name, std::string_view input_schema);

// The first sentence of a description on one line, at most `bytes_max` bytes ("..." when cut).
std::string first_sentence(std::string_view description, std::size_t bytes_max);

}  // namespace protocol
