// "Did you mean ...": the names most like a name that was not found. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// At most `limit` of `candidates`, most alike first, equal ones in their order; only those close
// enough to be a likely slip: a few edits (case ignored), or one a part of the other. Linear in the
// candidates; names longer than 256 bytes are never near.
std::vector<std::string> nearest(std::string_view name,
                                 std::span<const std::string_view> candidates, std::size_t limit);

// " Did you mean a, b or c?", empty for no names.
std::string did_you_mean(std::span<const std::string> names);

// "a, b, c and 7 more": at most `limit` of the names, sorted.
std::string some_of(std::vector<std::string_view> names, std::size_t limit);

}  // namespace base
