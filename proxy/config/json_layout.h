// Lays out JSON for people: objects over several lines, short lists of plain values on one. Pure.
#pragma once
#include <string>
#include <string_view>

namespace proxy::config {

struct Layout {
  std::string indent;   // of the line the value begins on
  std::string unit;     // one level more
  std::string newline;  // "\n" or "\r\n"
};

// REQUIRES: `json` is one valid JSON value (asserted).
std::string layout_json(std::string_view json, const Layout& layout);

// The same for `value` or `"key": value`.
std::string layout_json_member(std::string_view member, const Layout& layout);

}  // namespace proxy::config
