#include "proxy/config/redaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "proxy/config/disclosure.h"

namespace proxy::config {
namespace {

using Values = std::map<std::string, std::string>;

// Walks over what may hold secrets, leaves what is shown and collects what is hidden: the one list
// of such fields.
class Redactor {
 public:
  void run(ServerConfig& server) {
    const std::string command = server.command;
    take(server.command, disclose_command(command));
    run(server.args, command);
    run(server.env);
    run(server.headers);
    take(server.url, disclose_url(server.url));
    take(server.working_dir, disclose_path(server.working_dir));
    take(server.ca_file, disclose_path(server.ca_file));
    if (server.oauth) run(*server.oauth);
    if (server.isolation) run(server.isolation->extra_args, "");
  }

  void run_settings(Config& config) {
    take(config.api_key, disclose_value("api_key", config.api_key));
    take(config.limits.redis_url, disclose_url(config.limits.redis_url));
    take(config.cache.redis_url, disclose_url(config.cache.redis_url));
    run(config.environment.custom_vars);
  }

  std::vector<std::string> hidden() && { return std::move(hidden_); }

 private:
  void run(OAuthConfig& oauth) {
    take(oauth.client_secret, disclose_value("client_secret", oauth.client_secret));
    take(oauth.redirect_uri, disclose_url(oauth.redirect_uri));
    for (auto& [name, value] : oauth.extra_params) take(value, disclose_value("secret", value));
  }

  void run(std::vector<std::string>& args, std::string_view command) {
    std::vector<Disclosure> found = disclose_arguments(command, args);
    for (std::size_t i = 0; i < args.size(); ++i) take(args[i], std::move(found[i]));
  }

  void run(Values& values) {
    for (auto& [name, value] : values) take(value, disclose_value(name, value));
  }

  void take(std::string& field, Disclosure&& found) {
    field = std::move(found.shown);
    std::ranges::move(found.hidden, std::back_inserter(hidden_));
  }

  std::vector<std::string> hidden_;
};

bool shows_redaction(std::string_view text) {
  return text.find(kRedacted) != std::string_view::npos;
}

void keep(std::string& incoming, const std::string& shown, const std::string& current) {
  if (incoming == shown) incoming = current;
}

// "***" keeps a value also where it would have been shown.
void keep(Values& incoming, const Values& shown, const Values& current) {
  for (auto& [key, value] : incoming) {
    const auto found = shown.find(key);
    if (found == shown.end()) continue;
    if (value == kRedacted || value == found->second) value = current.at(key);
  }
}

constexpr std::string_view kNoOption;

// The option whose value an argument may be; those that look alike are told apart by it.
std::string_view option_before(const std::vector<std::string>& args, std::size_t index) {
  return index > 0 && args[index - 1].starts_with('-') &&
                 args[index - 1].find('=') == std::string::npos
             ? std::string_view(args[index - 1])
             : kNoOption;
}

// Places of the arguments that read `arg` behind `option`.
std::vector<std::size_t> places(const std::vector<std::string>& args, std::string_view arg,
                                std::string_view option) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i] == arg && option_before(args, i) == option) out.push_back(i);
  }
  return out;
}

// An argument is recognised by its text and the option before it, so that others may be added and
// removed around it; among equal ones by their order, if none is missing: else it would be a guess.
void keep(std::vector<std::string>& incoming, const std::vector<std::string>& shown,
          const std::vector<std::string>& current) {
  const std::vector<std::string> written = incoming;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (!shows_redaction(written[i])) continue;
    const std::string_view option = option_before(written, i);
    const std::vector<std::size_t> wanted = places(written, written[i], option);
    const std::vector<std::size_t> known = places(shown, written[i], option);
    if (wanted.size() != known.size()) continue;
    const auto rank = std::ranges::find(wanted, i) - wanted.begin();
    incoming[i] = current[known[static_cast<std::size_t>(rank)]];
  }
}

bool any_shows(const Values& values) {
  return std::ranges::any_of(values, [](const auto& item) { return shows_redaction(item.second); });
}

bool any_shows(const std::vector<std::string>& texts) {
  return std::ranges::any_of(texts, shows_redaction);
}

base::Error nothing_to_keep(std::string_view where) {
  return {base::ErrorCode::invalid_argument,
          fmt::format("{}: \"***\" stands where it is not clear which secret was meant.", where),
          "Write the value itself, or a reference such as \"${TOKEN}\"."};
}

}  // namespace

ServerConfig redacted(ServerConfig server) {
  Redactor().run(server);
  return server;
}

Config redacted(Config config) {
  Redactor redactor;
  redactor.run_settings(config);
  for (ServerConfig& server : config.servers) redactor.run(server);
  return config;
}

std::vector<std::string> hidden_in(const ServerConfig& server) {
  ServerConfig copy = server;
  Redactor redactor;
  redactor.run(copy);
  return std::move(redactor).hidden();
}

std::vector<std::string> hidden_in_settings(const Config& config) {
  Config copy;
  copy.api_key = config.api_key;
  copy.limits.redis_url = config.limits.redis_url;
  copy.cache.redis_url = config.cache.redis_url;
  copy.environment.custom_vars = config.environment.custom_vars;
  Redactor redactor;
  redactor.run_settings(copy);
  return std::move(redactor).hidden();
}

base::Result<ServerConfig> unredacted(ServerConfig incoming, const ServerConfig& current) {
  const ServerConfig shown = redacted(current);
  keep(incoming.env, shown.env, current.env);
  keep(incoming.headers, shown.headers, current.headers);
  keep(incoming.url, shown.url, current.url);
  keep(incoming.args, shown.args, current.args);
  keep(incoming.command, shown.command, current.command);
  keep(incoming.working_dir, shown.working_dir, current.working_dir);
  keep(incoming.ca_file, shown.ca_file, current.ca_file);
  if (incoming.isolation && current.isolation) {
    keep(incoming.isolation->extra_args, shown.isolation->extra_args,
         current.isolation->extra_args);
  }
  if (incoming.oauth && current.oauth) {
    keep(incoming.oauth->client_secret, shown.oauth->client_secret, current.oauth->client_secret);
    keep(incoming.oauth->redirect_uri, shown.oauth->redirect_uri, current.oauth->redirect_uri);
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
  const bool oauth = server.oauth && (shows_redaction(server.oauth->client_secret) ||
                                      shows_redaction(server.oauth->redirect_uri) ||
                                      any_shows(server.oauth->extra_params));
  const bool isolation = server.isolation && any_shows(server.isolation->extra_args);
  return any_shows(server.env) || any_shows(server.headers) || oauth || isolation ||
         any_shows(server.args) || shows_redaction(server.url) || shows_redaction(server.command) ||
         shows_redaction(server.working_dir) || shows_redaction(server.ca_file);
}

}  // namespace proxy::config
