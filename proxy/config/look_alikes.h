// Names that people and agents take for one another: that differ only in case, in characters that
// show nothing, in the kind of separator, or in letters of the same shape ("paypa1", a Cyrillic
// "а"). Pure.
//
// Limits: the shapes of Latin, Cyrillic and Greek letters and of digits that are met in names, not
// all of Unicode's confusables.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/config.h"

namespace proxy::config {

// Whether two different names look the same to somebody who glances at them.
bool look_alike(std::string_view one, std::string_view other);

// Of each name that others look like: the first of those. Cost: n log n.
using LookAlikes = std::map<std::string, std::string, std::less<>>;
LookAlikes look_alikes(const std::vector<std::string_view>& names);
LookAlikes server_look_alikes(const Config& config);
LookAlikes group_look_alikes(const Config& config);

// "its name looks like that of \"github\"", what is hidden in either being shown.
std::string look_alike_message(std::string_view other);
inline constexpr std::string_view kLookAlikeRemedy =
    "Make sure that it is the one you mean; give it another name, or remove it";

}  // namespace proxy::config
