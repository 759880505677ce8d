// The environment of a child: what is safe to inherit, then what is configured. Pure.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"

namespace upstream {

struct EnvironmentRules {
  bool inherit_system_safe = true;   // false: nothing of the daemon's own environment but PATH
  std::vector<std::string> allowed;  // names, a trailing * is a prefix; empty: the built-in list
  std::map<std::string, std::string> custom;  // for every child
  std::string path;                           // replaces PATH when not empty
};

// "NAME=value" entries, sorted, no name twice. Later wins: inherited, rules.path, rules.custom,
// `own` (the server's). Secrets of the daemon's environment are not inherited unless allowed.
std::vector<std::string> child_environment(std::span<const std::string> daemon_environment,
                                           const EnvironmentRules& rules,
                                           const std::map<std::string, std::string>& own);

using base::find_variable;

}  // namespace upstream
