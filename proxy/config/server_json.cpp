#include "proxy/config/server_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "proxy/config/diagnostic.h"
#include "proxy/config/edit_context.h"
#include "proxy/config/redaction.h"
#include "proxy/config/request_body.h"
#include "proxy/config/server_reader.h"
#include "proxy/config/spanned_json.h"
#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The members of an object as texts, in order of name.
using Members = std::map<std::string, std::string, std::less<>>;

Result<JsonNode> server_object(std::string_view json) {
  return object_of(json, "server", R"({"name": "...", "command": "..."})");
}

Members members_of(std::string_view json, const JsonNode& object) {
  Members out;
  for (const JsonNode& child : object.children) {
    out.emplace(child.key, json.substr(child.value.begin, child.value.size()));
  }
  return out;
}

std::string join(const Members& members) {
  std::string out = "{";
  for (const auto& [key, value] : members) {
    if (out.size() > 1) out += ',';
    out += json_of(key) + ':' + value;
  }
  return out + '}';
}

// JSON merge patch (RFC 7386) of two objects.
std::string merged(std::string_view base, const JsonNode& base_node, std::string_view patch,
                   const JsonNode& patch_node) {
  Members members = members_of(base, base_node);
  for (const JsonNode& change : patch_node.children) {
    if (change.is(JsonKind::null)) {
      members.erase(change.key);
      continue;
    }
    const JsonNode* old = base_node.find(change.key);
    const bool both = old != nullptr && old->is(JsonKind::object) && change.is(JsonKind::object);
    members[change.key] = both ? merged(base, *old, patch, change)
                               : std::string(patch.substr(change.value.begin, change.value.size()));
  }
  return join(members);
}

// Other names of a field become the one that to_json() writes, so that the patch meets it.
void rename_synonyms(Members& patch) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSynonyms{
      {{"connection_timeout", "connect_timeout"},
       {"init_timeout", "connect_timeout"},
       {"cwd", "working_dir"},
       {"type", "protocol"}}};
  for (const auto& [synonym, name] : kSynonyms) {
    if (const auto found = patch.find(synonym); found != patch.end()) {
      patch.emplace(name, found->second);
      patch.erase(found);
    }
  }
  const auto group = patch.find("group_name");
  if (group == patch.end()) return;
  const bool none = group->second == "null" || group->second == "\"\"";
  patch.emplace("groups", none ? "[]" : "[" + group->second + "]");
  patch.erase(group);
}

std::optional<bool> take_boolean(Members& patch, std::string_view key) {
  const auto found = patch.find(key);
  if (found == patch.end() || (found->second != "true" && found->second != "false")) {
    return std::nullopt;
  }
  const bool value = found->second == "true";
  patch.erase(found);
  return value;
}

// The booleans become the startup_mode they mean for this server.
void resolve_mode(const ServerConfig& current, Members& patch) {
  if (patch.contains("startup_mode")) return;
  std::optional<bool> enabled = take_boolean(patch, "enabled");
  const std::optional<bool> disabled = take_boolean(patch, "disabled");
  const std::optional<bool> quarantined = take_boolean(patch, "quarantined");
  if (!enabled && disabled) enabled = !*disabled;
  if (!enabled && !quarantined) return;
  const bool was_quarantined = current.startup_mode == StartupMode::quarantined;
  StartupMode mode = current.startup_mode;
  if (quarantined.value_or(was_quarantined)) {
    mode = StartupMode::quarantined;
  } else if (enabled == false) {
    mode = StartupMode::disabled;
  } else if (was_quarantined || (enabled && mode == StartupMode::disabled)) {
    mode = released_mode(current);
  }
  patch["startup_mode"] = json_of(to_string(mode));
}

// From command to url or back, the protocol that was is meaningless.
void resolve_protocol(const ServerConfig& current, Members& patch) {
  if (patch.contains("protocol")) return;
  const bool new_command = patch.contains("command") && current.command.empty();
  const bool new_url = patch.contains("url") && current.url.empty();
  if (new_command || new_url) patch["protocol"] = "null";
}

}  // namespace

Result<ServerConfig> server_from_json(std::string_view json) {
  const Result<JsonNode> root = server_object(json);
  if (!root) return root.error();
  Diagnostics diagnostics(json, UnknownFields::refused);
  ServerConfig server = read_server(*root, "", "", GroupSources{}, diagnostics);
  if (diagnostics.has_errors()) return faults_of(diagnostics.take());
  return server;
}

Result<ServerConfig> patched_server(const ServerConfig& current, std::string_view patch) {
  const Result<JsonNode> changes = server_object(patch);
  if (!changes) return changes.error();
  Members members = members_of(patch, *changes);
  rename_synonyms(members);
  resolve_mode(current, members);
  resolve_protocol(current, members);
  const std::string clean = join(members);
  ServerConfig plain = redacted(current);
  plain.lazy_when_released = false;
  const std::string base = to_json(plain);
  const Result<JsonNode> clean_node = server_object(clean);
  const Result<JsonNode> base_node = server_object(base);
  if (!clean_node) return clean_node.error();
  if (!base_node) return base_node.error();
  Result<ServerConfig> server = server_from_json(merged(base, *base_node, clean, *clean_node));
  if (!server) return server;
  if (server->name != current.name) {
    return Error{ErrorCode::invalid_argument, "The name of a server cannot be changed.",
                 "Add a server of the new name and remove the old one."};
  }
  if (released_mode(current) == StartupMode::lazy_loading) {
    server->lazy_when_released = !may_run(server->startup_mode);
  }
  return unredacted(std::move(server).value(), current);
}

}  // namespace proxy::config
