// A tool result that is too long for an agent's context, made to fit. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proxy::tools {

struct Shortened {
  std::string result;  // the result object to answer with
  std::string text;    // all text of the original: what read_cache reads from
};

// Makes the texts of `result` (a valid raw CallToolResult) at most `limit` characters together, and
// adds a block that says how to read on with `key`. Image, audio and blob blocks, links and what
// is not known stay whole; structuredContent goes when it does not fit beside the texts. Nothing
// when the result fits as it is, or is no object with a content array.
std::optional<Shortened> shorten(std::string_view result, std::uint64_t limit,
                                 std::string_view key);

}  // namespace proxy::tools
