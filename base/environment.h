// Environment variables as "NAME=value" entries. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace base {

// The value of NAME; empty when it is not there.
inline std::string_view find_variable(std::span<const std::string> environment,
                                      std::string_view name) {
  for (const std::string_view entry : environment) {
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace base
