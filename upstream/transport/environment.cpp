#include "upstream/transport/environment.h"

namespace upstream {
namespace {

// Where programs, homes, languages, certificates and proxies are; no credentials.
constexpr std::array<std::string_view, 32> kSafe{"HOME",
                                                 "USER",
                                                 "LOGNAME",
                                                 "SHELL",
                                                 "LANG",
                                                 "LANGUAGE",
                                                 "LC_*",
                                                 "TZ",
                                                 "TMPDIR",
                                                 "TMP",
                                                 "TEMP",
                                                 "TERM",
                                                 "XDG_*",
                                                 "DISPLAY",
                                                 "WAYLAND_DISPLAY",
                                                 "DBUS_SESSION_BUS_ADDRESS",
                                                 "SSL_CERT_FILE",
                                                 "SSL_CERT_DIR",
                                                 "NODE_EXTRA_CA_CERTS",
                                                 "REQUESTS_CA_BUNDLE",
                                                 "HTTP_PROXY",
                                                 "HTTPS_PROXY",
                                                 "NO_PROXY",
                                                 "ALL_PROXY",
                                                 "http_proxy",
                                                 "https_proxy",
                                                 "no_proxy",
                                                 "all_proxy",
                                                 "DOCKER_HOST",
                                                 "DOCKER_CONTEXT",
                                                 "DOCKER_CONFIG",
                                                 "NVM_DIR"};

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

bool is_allowed(const EnvironmentRules& rules, std::string_view name) {
  if (name == "PATH") return true;
  if (!rules.inherit_system_safe) return false;
  const auto match = [name](std::string_view pattern) { return matches(pattern, name); };
  return rules.allowed.empty() ? std::any_of(kSafe.begin(), kSafe.end(), match)
                               : std::any_of(rules.allowed.begin(), rules.allowed.end(), match);
}

}  // namespace

std::vector<std::string> child_environment(std::span<const std::string> daemon_environment,
                                           const EnvironmentRules& rules,
                                           const std::map<std::string, std::string>& own) {
  std::map<std::string, std::string> merged;
  for (const std::string& entry : daemon_environment) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    const std::string name = entry.substr(0, equals);
    if (is_allowed(rules, name)) merged[name] = entry.substr(equals + 1);
  }
  if (!rules.path.empty()) merged["PATH"] = rules.path;
  for (const auto& [name, value] : rules.custom) merged[name] = value;
  for (const auto& [name, value] : own) merged[name] = value;

  std::vector<std::string> entries;
  entries.reserve(merged.size());
  for (const auto& [name, value] : merged) entries.push_back(name + "=" + value);
  return entries;
}

}  // namespace upstream
