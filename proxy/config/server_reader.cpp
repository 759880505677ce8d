#include "proxy/config/server_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/hidden_text.h"
#include "base/secret_mask.h"
#include "proxy/config/disclosure.h"
#include "proxy/config/object_reader.h"

namespace proxy::config {
namespace {

using namespace std::chrono_literals;

constexpr Range<Duration> kTimeoutRange{100ms, 24h};
constexpr Range<Duration> kIdleRange{0ms, 7 * 24h};

constexpr std::array kProtocols{Protocol::stdio, Protocol::http, Protocol::streamable_http,
                                Protocol::sse, Protocol::auto_detect};
constexpr std::array kModes{StartupMode::active, StartupMode::lazy_loading, StartupMode::disabled,
                            StartupMode::quarantined};
constexpr std::array kSharings{Sharing::shared, Sharing::session};
constexpr std::array kEras{ProtocolEra::auto_detect, ProtocolEra::legacy,
                           ProtocolEra::v2024_11_05, ProtocolEra::v2025_03_26,
                           ProtocolEra::v2025_06_18, ProtocolEra::v2025_11_25,
                           ProtocolEra::v2026_07_28};

bool is_padded(std::string_view name) {
  return name.starts_with(' ') || name.ends_with(' ');
}

void read_name(ObjectReader& reader, std::string_view key, ServerConfig& server) {
  const JsonNode* node = reader.take("name", JsonKind::string);
  server.name = node != nullptr ? node->text : std::string(key);
  if (node != nullptr && !key.empty() && node->text != key) {
    reader.warning(*node, fmt::format("disagrees with the key \"{}\", which is used", key),
                   "remove \"name\"");
    server.name = key;
  }
  const JsonNode* given = reader.take("name");
  if (given != nullptr && node == nullptr && key.empty()) return;  // told as no string
  if (given == nullptr && server.name.empty()) {
    reader.error("the server has no name", "add \"name\": \"...\"");
  } else if (!is_server_name(server.name)) {
    const std::string message = fmt::format("\"{}\" cannot be the name of a server", server.name);
    if (node != nullptr && key.empty()) {
      reader.error(*node, message, std::string(kServerNameRule));
    } else {
      reader.error(message, std::string(kServerNameRule));
    }
  }
}

// "." and "..": in a path they are another place, and clients resolve them before they ask.
bool is_dots(std::string_view name) {
  return name == "." || name == "..";
}

bool is_http_url(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://") || url.starts_with("${");
}

// What may be quoted of a url without its scheme, or with one that is often mistaken for ours; of
// any other, nothing.
std::string shown_url(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  constexpr std::array<std::string_view, 4> kOthers{"ftp://", "ws://", "wss://", "tcp://"};
  const auto* other = std::ranges::find_if(
      kOthers, [&](std::string_view scheme) { return url.starts_with(scheme); });
  const std::string_view said = other == kOthers.end() ? std::string_view() : *other;
  url.remove_prefix(said.size());
  if (url.find("://") != std::string_view::npos) return std::string(base::kMasked);
  const std::string shown = disclose_url(fmt::format("{}{}", kScheme, url)).shown;
  return fmt::format("{}{}", said, std::string_view(shown).substr(kScheme.size()));
}

// RFC 9110, 5.6.2.
bool is_of_header_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// A whole line in the place of the name is a secret in the place of what is shown: only what could
// be the name is quoted.
void check_headers(ObjectReader& reader) {
  const JsonNode* node = reader.object().find("headers");
  if (node == nullptr || !node->is(JsonKind::object)) return;
  for (const JsonNode& item : node->children) {
    const auto end = std::ranges::find_if_not(item.key, is_of_header_name);
    if (end == item.key.end() && !item.key.empty()) continue;
    reader.error(*node,
                 fmt::format("\"{}\" cannot be the name of a header",
                             item.key.substr(0, static_cast<std::size_t>(end - item.key.begin()))),
                 "write {\"Name\": \"value\"}, the name of letters, digits and dashes");
  }
}

void check_launched_and_dialled(ObjectReader& reader, bool protocol_given,
                                const ServerConfig& server) {
  if (protocol_given && server.protocol != Protocol::stdio) return;
  const JsonNode* url = reader.object().find("url");
  reader.error(*url, "both \"command\" and \"url\" are given",
               "remove one of them; or, when the command serves this url, add "
               "\"protocol\": \"http\"");
}

// Command or url, and a protocol that goes with it.
void read_endpoint(ObjectReader& reader, ServerConfig& server) {
  reader.read("command", server.command);
  reader.read("args", server.args);
  reader.read("env", server.env);
  check_variables(reader, "env");
  reader.read(reader.first_of({"working_dir", "cwd"}), server.working_dir);
  reader.read("url", server.url);
  reader.read("headers", server.headers);
  check_headers(reader);
  reader.read("ca_file", server.ca_file);

  const std::string_view protocol_key = reader.first_of({"protocol", "type"});
  const JsonNode* protocol = reader.take(protocol_key);
  server.protocol = server.command.empty() ? Protocol::auto_detect : Protocol::stdio;
  const Protocol when_absent = server.protocol;
  reader.read_enum(protocol_key, server.protocol, kProtocols,
                   {{"streamable_http", Protocol::streamable_http},
                    {"streamableHttp", Protocol::streamable_http}});
  const bool auto_command = server.url.empty() && server.protocol == Protocol::auto_detect;
  if (auto_command) server.protocol = when_absent;

  const JsonNode* command = reader.object().find("command");
  const JsonNode* url = reader.object().find("url");
  const bool wrong_type = (command != nullptr && !command->is(JsonKind::string)) ||
                          (url != nullptr && !url->is(JsonKind::string));
  if (wrong_type) return;
  if (!server.command.empty() && !server.url.empty()) {
    check_launched_and_dialled(reader, protocol != nullptr, server);
  } else if (server.command.empty() && server.url.empty()) {
    reader.error("neither \"command\" nor \"url\" is given",
                 "add \"command\" for a program to start, or \"url\" for a server to dial");
  } else if (server.url.empty() && server.protocol != Protocol::stdio) {
    reader.error(*protocol, fmt::format("\"{}\" needs a \"url\"", to_string(server.protocol)),
                 "add \"url\", or remove the protocol to run the command over stdio");
  } else if (server.command.empty() && server.protocol == Protocol::stdio) {
    reader.error(*protocol, "\"stdio\" needs a \"command\"",
                 "add \"command\", or remove the protocol to dial the url");
  }
  if (!server.url.empty() && !is_http_url(server.url)) {
    reader.error(*url, fmt::format("\"{}\" is not an http or https url", shown_url(server.url)),
                 "begin it with https:// or http://");
  }
}

// startup_mode says how the server runs; booleans that say that it must not hold it all the same,
// and leave to startup_mode how it comes back.
void read_mode(ObjectReader& reader, ServerConfig& server) {
  const JsonNode* mode = reader.take("startup_mode");
  std::optional<bool> enabled;
  std::optional<bool> disabled;
  std::optional<bool> quarantined;
  reader.read("enabled", enabled);
  reader.read("disabled", disabled);
  reader.read("quarantined", quarantined);
  if (enabled && disabled && *enabled == *disabled) {
    reader.warning(*reader.object().find("disabled"), "disagrees with \"enabled\", which is used",
                   "remove \"disabled\"");
  }
  if (!enabled && disabled) enabled = !*disabled;

  if (mode == nullptr) {
    server.startup_mode = quarantined.value_or(false) ? StartupMode::quarantined
                          : enabled.value_or(true)    ? StartupMode::active
                                                      : StartupMode::disabled;
    return;
  }
  reader.read_enum("startup_mode", server.startup_mode, kModes,
                   {{"auto_disabled", StartupMode::disabled}, {"lazy", StartupMode::lazy_loading}});
  if (quarantined.value_or(false)) {
    set_mode(server, StartupMode::quarantined);
    return;
  }
  if (quarantined && server.startup_mode == StartupMode::quarantined) {
    reader.warning(*reader.object().find("quarantined"),
                   "disagrees with \"startup_mode\", which is used", "remove \"quarantined\"");
  }
  if (enabled == false && may_run(server.startup_mode)) {
    set_mode(server, StartupMode::disabled);
  } else if (enabled == true && server.startup_mode == StartupMode::disabled) {
    const char* key = reader.object().find("enabled") != nullptr ? "enabled" : "disabled";
    reader.warning(*reader.object().find(key), "disagrees with \"startup_mode\", which is used",
                   fmt::format("remove \"{}\"", key));
  }
}

// One place a server's group can be written in.
struct GroupClaim {
  const JsonNode* node;  // null: the top-level server_group_assignments
  std::string group;
};

std::vector<GroupClaim> read_single_groups(ObjectReader& reader, const ServerConfig& server,
                                           const GroupSources& sources) {
  std::vector<GroupClaim> claims;
  if (const JsonNode* node = reader.take("group_name", JsonKind::string)) {
    if (!node->text.empty()) claims.push_back({node, node->text});
  }
  const auto assigned = sources.assignments.find(server.name);
  if (assigned != sources.assignments.end()) claims.push_back({nullptr, assigned->second});
  std::int64_t id = 0;
  reader.read("group_id", id, Range<std::uint64_t>{0, 1'000'000'000});
  if (id != 0) {
    const JsonNode* node = reader.object().find("group_id");
    const auto named = sources.name_of_id.find(id);
    if (named != sources.name_of_id.end()) {
      claims.push_back({node, named->second});
    } else {
      reader.warning(*node, fmt::format("no group has the id {}", id),
                     "name the group in \"groups\": [\"...\"] instead");
    }
  }
  return claims;
}

void add_group(ObjectReader& reader, const JsonNode& at, const std::string& name,
               ServerConfig& server) {
  if (!is_group_name(name)) {
    reader.error(at, fmt::format("\"{}\" cannot be the name of a group", name),
                 std::string(kGroupNameRule));
    return;
  }
  const bool known =
      std::find(server.groups.begin(), server.groups.end(), name) != server.groups.end();
  if (!known) server.groups.push_back(name);
}

void read_groups(ObjectReader& reader, const GroupSources& sources, ServerConfig& server) {
  const JsonNode* list = reader.take("groups", JsonKind::array);
  std::vector<std::string> named;
  if (list != nullptr) reader.read("groups", named);
  const std::vector<GroupClaim> claims = read_single_groups(reader, server, sources);
  for (const std::string& name : named) add_group(reader, *list, name, server);
  if (list == nullptr && !claims.empty()) {
    const GroupClaim& first = claims.front();
    add_group(reader, first.node == nullptr ? reader.object() : *first.node, first.group, server);
  }
  for (const GroupClaim& claim : claims) {
    const bool agrees =
        std::find(server.groups.begin(), server.groups.end(), claim.group) != server.groups.end();
    if (agrees || server.groups.empty()) continue;
    const std::string used = fmt::format("\"{}\"", fmt::join(server.groups, "\", \""));
    if (claim.node != nullptr) {
      reader.warning(*claim.node, fmt::format("disagrees with the group in use, {}", used),
                     fmt::format("remove \"{}\"", claim.node->key));
    } else {
      reader.diagnostics().warning(
          reader.object().value.begin, reader.path(),
          fmt::format("server_group_assignments names the group \"{}\" for it, in use is {}",
                      claim.group, used),
          "remove it from \"server_group_assignments\"");
    }
  }
}

void read_times_and_limits(ObjectReader& reader, ServerConfig& server) {
  reader.read(reader.first_of({"connect_timeout", "connection_timeout", "init_timeout"}),
              server.connect_timeout, kTimeoutRange);
  reader.read("call_timeout", server.call_timeout, kTimeoutRange);
  reader.read("idle_timeout", server.idle_timeout, kIdleRange);
  reader.read("auto_disable_threshold", server.auto_disable_threshold, {0, 1'000});
  reader.read("health_check_interval", server.health_check_interval, kTimeoutRange);
  reader.read("health_check", server.health_check);
  reader.read("max_concurrent_requests", server.max_concurrent_requests, {1, 100'000});
  reader.read("queue_size", server.queue_size, {0, 100'000});
}

void read_tool_filters(ObjectReader& reader, ServerConfig& server) {
  if (reader.take("enabled_tools", JsonKind::array) != nullptr) {
    server.enabled_tools.emplace();
    reader.read("enabled_tools", *server.enabled_tools);
  }
  reader.read("disabled_tools", server.disabled_tools);
  if (server.enabled_tools && !server.disabled_tools.empty()) {
    reader.error(*reader.object().find("disabled_tools"),
                 "both \"enabled_tools\" and \"disabled_tools\" are given",
                 "keep \"enabled_tools\" to allow only these, or \"disabled_tools\" to hide these");
  }
}

void read_era(ObjectReader& reader, ServerConfig& server) {
  reader.read_enum("protocol_era", server.protocol_era, kEras);
  if (server.protocol_era != ProtocolEra::v2026_07_28) return;
  reader.no_effect(*reader.object().find("protocol_era"),
                   "this revision is not spoken to servers yet: write \"auto\" or \"2025-11-25\"");
}

void read_oauth(ObjectReader& reader, ServerConfig& server) {
  const JsonNode* node = reader.take("oauth", JsonKind::object);
  if (node == nullptr) return;
  OAuthConfig oauth;
  ObjectReader inner(*node, reader.path_of(*node), reader.diagnostics());
  inner.read("client_id", oauth.client_id);
  inner.read("client_secret", oauth.client_secret);
  inner.read("redirect_uri", oauth.redirect_uri);
  inner.read("scopes", oauth.scopes);
  inner.read("pkce_enabled", oauth.pkce_enabled);
  inner.read("extra_params", oauth.extra_params);
  inner.report_unused();
  reader.no_effect(*node,
                   "send a token of yours: \"headers\": {\"Authorization\": \"Bearer ${TOKEN}\"}");
  server.oauth = std::move(oauth);
}

void read_isolation(ObjectReader& reader, ServerConfig& server) {
  const JsonNode* node = reader.take("isolation", JsonKind::object);
  if (node == nullptr) return;
  IsolationConfig isolation;
  ObjectReader inner(*node, reader.path_of(*node), reader.diagnostics());
  inner.read("enabled", isolation.enabled);
  inner.read("image", isolation.image);
  inner.read("network_mode", isolation.network_mode);
  inner.read("memory_limit", isolation.memory_limit);
  inner.read("cpu_limit", isolation.cpu_limit);
  inner.read("working_dir", isolation.working_dir);
  inner.read("extra_args", isolation.extra_args);
  inner.report_unused();
  if (isolation.enabled) {
    reader.no_effect(
        *node,
        "the command runs with your rights; to contain it, make it \"docker\", \"args\": "
        "[\"run\", \"-i\", \"--rm\", ...]");
  }
  server.isolation = std::move(isolation);
}

}  // namespace

bool is_server_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_. -";
  return !name.empty() && name.size() <= 64 && !is_padded(name) && !is_dots(name) &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool is_group_name(std::string_view name) {
  const auto characters = std::count_if(name.begin(), name.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  });
  const bool plain = std::none_of(name.begin(), name.end(), [](char byte) {
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F || byte == '/';
  });
  return !name.empty() && characters <= 64 && plain && !is_padded(name) && !is_dots(name) &&
         !base::has_hidden(name);
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && name.find('=') == std::string_view::npos;
}

void check_variables(ObjectReader& reader, std::string_view key) {
  const JsonNode* node = reader.object().find(key);
  if (node == nullptr || !node->is(JsonKind::object)) return;
  for (const JsonNode& item : node->children) {
    if (!is_variable_name(item.key)) {
      reader.error(*node,
                   fmt::format("\"{}\" cannot be the name of a variable",
                               item.key.substr(0, item.key.find('='))),
                   "use a name without = that is not empty");
    }
  }
}

ServerConfig read_server(const JsonNode& node, std::string_view key, std::string path,
                         const GroupSources& sources, Diagnostics& diagnostics) {
  ServerConfig server;
  server.name = key;
  if (!node.is(JsonKind::object)) {
    diagnostics.error(node.value.begin, std::move(path),
                      fmt::format("must be an object, but is {}", describe(node.kind)),
                      "write {\"command\": \"...\"} or {\"url\": \"...\"}");
    return server;
  }
  ObjectReader reader(node, std::move(path), diagnostics);
  read_name(reader, key, server);
  reader.read("description", server.description);
  read_endpoint(reader, server);
  read_mode(reader, server);
  reader.read_enum("sharing", server.sharing, kSharings);
  read_era(reader, server);
  read_groups(reader, sources, server);
  reader.read("tags", server.tags);
  read_times_and_limits(reader, server);
  read_tool_filters(reader, server);
  read_oauth(reader, server);
  read_isolation(reader, server);
  reader.report_unused();
  return server;
}

}  // namespace proxy::config
