#include "proxy/rest/stderr_hint.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace proxy::rest {
namespace {

struct Row {
  std::string_view words;  // in lower case
  std::string_view hint;
};

constexpr std::string_view kNoPackage =
    "the package does not exist in the registry: correct its name in args";
constexpr std::string_view kNoFile =
    "a file or package that it needs is missing: correct the path in args, or install it";
constexpr std::string_view kNoImage = "the image cannot be had: correct its name, or log in to it";
constexpr std::string_view kNoNetwork = "it cannot reach the network: check DNS, proxy and address";
constexpr std::string_view kWantsSetting = "it wants a setting: give it in env";
constexpr std::string_view kArguments = "it does not understand its arguments: correct args";

// More special words stand first.
constexpr std::array kRows{
    Row{"npm error code e404", kNoPackage},
    Row{"npm err! code e404", kNoPackage},
    Row{"404 not found - get http", kNoPackage},
    Row{"was not found in the package registry", kNoPackage},
    Row{"could not determine executable to run",
        "the package has no program to run: correct its name in args"},
    Row{"unsupported engine", "it needs a newer Node: install one"},
    Row{"cannot connect to the docker daemon", "start docker, or give its user access to it"},
    Row{"pull access denied", kNoImage},
    Row{"manifest unknown", kNoImage},
    Row{"cannot find module", kNoFile},
    Row{"err_module_not_found", kNoFile},
    Row{"no module named", kNoFile},
    Row{"no such file or directory", kNoFile},
    Row{"command not found", "a program that it starts is not installed: install it"},
    Row{"heap out of memory", "it ran out of memory: give it more, or less to do"},
    Row{"address already in use", "its port is taken: give it another one"},
    Row{"eaddrinuse", "its port is taken: give it another one"},
    Row{"getaddrinfo", kNoNetwork},
    Row{"name resolution", kNoNetwork},
    Row{"network is unreachable", kNoNetwork},
    Row{"permission denied", "it may not use a file that it needs: correct its permissions"},
    Row{"eacces", "it may not use a file that it needs: correct its permissions"},
    Row{"unknown option", kArguments},
    Row{"unrecognized argument", kArguments},
    Row{"unexpected argument", kArguments},
    Row{"usage:", kArguments},
    Row{"environment variable", kWantsSetting},
    Row{"api key", kWantsSetting},
    Row{"api_key", kWantsSetting},
    Row{"missing required", kWantsSetting},
    Row{" is not set", kWantsSetting},
    Row{"must be set", kWantsSetting},
    Row{" is required", kWantsSetting},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

std::string_view hint_of(std::span<const std::string_view> stderr_tail) {
  for (const Row& row : kRows) {
    const bool said = std::ranges::any_of(stderr_tail, [&](std::string_view line) {
      return lower(line).find(row.words) != std::string::npos;
    });
    if (said) return row.hint;
  }
  return {};
}

}  // namespace proxy::rest
