#include "proxy/config/redaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "proxy/config/expansion.h"

namespace proxy::config {
namespace {

using Values = std::map<std::string, std::string>;

void redact_value(std::string& value) {
  if (!value.empty() && !is_reference(value)) value = kRedacted;
}

void redact_values(Values& values) {
  for (auto& [key, value] : values) redact_value(value);
}

// The password in "scheme://user:password@host".
void redact_password(std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return;
  const std::size_t begin = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.rfind('@', end);
  if (at == std::string::npos || at < begin) return;
  const std::size_t colon = url.find(':', begin);
  const std::size_t from = colon < at ? colon + 1 : begin;
  std::string password = url.substr(from, at - from);
  redact_value(password);
  url.replace(from, at - from, password);
}

void redact_query(std::string& url) {
  std::size_t at = url.find('?');
  while (at != std::string::npos) {
    const std::size_t begin = at + 1;
    const std::size_t end = std::min(url.find_first_of("&#", begin), url.size());
    const std::size_t equals = url.find('=', begin);
    std::size_t next = end;
    if (equals < end && names_secret(std::string_view(url).substr(begin, equals - begin))) {
      std::string value = url.substr(equals + 1, end - equals - 1);
      redact_value(value);
      url.replace(equals + 1, end - equals - 1, value);
      next = equals + 1 + value.size();
    }
    at = next < url.size() && url[next] == '&' ? next : std::string::npos;
  }
}

void redact_url(std::string& url) {
  redact_password(url);
  redact_query(url);
}

// "--api-key=value" and "--api-key", "value"; a URL among the arguments too.
void redact_args(std::vector<std::string>& args) {
  bool value_follows = false;
  for (std::string& arg : args) {
    const bool is_option = arg.starts_with('-');
    const std::size_t equals = arg.find('=');
    if (value_follows && !is_option) {
      redact_value(arg);
    } else if (equals != std::string::npos &&
               names_secret(std::string_view(arg).substr(0, equals))) {
      std::string value = arg.substr(equals + 1);
      redact_value(value);
      arg.replace(equals + 1, std::string::npos, value);
    } else if (!is_option) {
      redact_url(arg);
    }
    value_follows = is_option && equals == std::string::npos && names_secret(arg);
  }
}

bool shows_redaction(std::string_view text) {
  return text.find(kRedacted) != std::string_view::npos;
}

void keep(std::string& incoming, const std::string& shown, const std::string& current) {
  if (incoming == shown) incoming = current;
}

void keep(Values& incoming, const Values& shown, const Values& current) {
  for (auto& [key, value] : incoming) {
    const auto found = shown.find(key);
    if (found != shown.end()) keep(value, found->second, current.at(key));
  }
}

// An argument is recognised by its text, so that others may be added and removed around it; among
// equal ones by their order.
void keep(std::vector<std::string>& incoming, const std::vector<std::string>& shown,
          const std::vector<std::string>& current) {
  std::size_t from = 0;
  for (std::string& arg : incoming) {
    if (!shows_redaction(arg)) continue;
    const auto begin = shown.begin() + static_cast<std::ptrdiff_t>(from);
    const auto found = std::find(begin, shown.end(), arg);
    if (found == shown.end()) continue;
    const auto index = static_cast<std::size_t>(found - shown.begin());
    arg = current[index];
    from = index + 1;
  }
}

bool any_shows(const Values& values) {
  return std::any_of(values.begin(), values.end(),
                     [](const auto& item) { return item.second == kRedacted; });
}

base::Error nothing_to_keep(std::string_view where) {
  return {base::ErrorCode::invalid_argument,
          fmt::format("{}: \"***\" stands where no secret was.", where),
          "Write the value itself, or a reference such as \"${TOKEN}\"."};
}

}  // namespace

bool names_secret(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 7> kWords{"key",    "token",      "secret", "password",
                                                   "passwd", "credential", "auth"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

ServerConfig redacted(ServerConfig server) {
  redact_values(server.env);
  redact_values(server.headers);
  redact_url(server.url);
  redact_args(server.args);
  if (server.oauth) {
    redact_value(server.oauth->client_secret);
    redact_values(server.oauth->extra_params);
  }
  return server;
}

Config redacted(Config config) {
  redact_value(config.api_key);
  redact_url(config.limits.redis_url);
  redact_url(config.cache.redis_url);
  redact_values(config.environment.custom_vars);
  for (ServerConfig& server : config.servers) server = redacted(std::move(server));
  return config;
}

base::Result<ServerConfig> unredacted(ServerConfig incoming, const ServerConfig& current) {
  const ServerConfig shown = redacted(current);
  keep(incoming.env, shown.env, current.env);
  keep(incoming.headers, shown.headers, current.headers);
  keep(incoming.url, shown.url, current.url);
  keep(incoming.args, shown.args, current.args);
  if (incoming.oauth && current.oauth) {
    keep(incoming.oauth->client_secret, shown.oauth->client_secret, current.oauth->client_secret);
    keep(incoming.oauth->extra_params, shown.oauth->extra_params, current.oauth->extra_params);
  }
  // What the user really wrote as "***" in the file stays what it is.
  if (holds_redaction(incoming) && !holds_redaction(current)) {
    return nothing_to_keep("server " + incoming.name);
  }
  return incoming;
}

base::Result<Config> unredacted(Config incoming, const Config& current) {
  const Config shown = redacted(current);
  keep(incoming.api_key, shown.api_key, current.api_key);
  keep(incoming.limits.redis_url, shown.limits.redis_url, current.limits.redis_url);
  keep(incoming.cache.redis_url, shown.cache.redis_url, current.cache.redis_url);
  keep(incoming.environment.custom_vars, shown.environment.custom_vars,
       current.environment.custom_vars);
  const bool kept = incoming.api_key != kRedacted && !shows_redaction(incoming.limits.redis_url) &&
                    !shows_redaction(incoming.cache.redis_url) &&
                    !any_shows(incoming.environment.custom_vars);
  if (!kept && !(incoming == current)) return nothing_to_keep("the top level");
  for (ServerConfig& server : incoming.servers) {
    const ServerConfig* known = current.find_server(server.name);
    if (known == nullptr) {
      if (holds_redaction(server)) return nothing_to_keep("server " + server.name);
      continue;
    }
    base::Result<ServerConfig> restored = unredacted(std::move(server), *known);
    if (!restored) return restored.error();
    server = std::move(restored).value();
  }
  return incoming;
}

bool holds_redaction(const ServerConfig& server) {
  const bool oauth = server.oauth && (server.oauth->client_secret == kRedacted ||
                                      any_shows(server.oauth->extra_params));
  const bool args = std::any_of(server.args.begin(), server.args.end(), [](const std::string& arg) {
    return arg == kRedacted || arg.ends_with("=***");
  });
  return any_shows(server.env) || any_shows(server.headers) || oauth || args ||
         shows_redaction(server.url);
}

}  // namespace proxy::config
