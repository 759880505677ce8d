// The shapes a secret takes on its way: as it stands, as URLs, JSON and Basic credentials write it.
// Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace base {

// `secret` first, then what it reads as elsewhere: its lines, percent-encoded and -decoded, with
// '+' for blanks, escaped as in JSON (with and without letters beyond ASCII), and for
// "user:password" its base64 and the other way round. None is empty, none twice, at most kFormsMax.
// Cost: linear.
std::vector<std::string> secret_forms(std::string_view secret);

inline constexpr std::size_t kFormsMax = 64;

}  // namespace base
