// The changes of intent that commands make to the configuration file, and the text that results.
// Pure.
//
// Only the spans of changed values differ; every other byte of the file stays (json_patch.h).
// Synonyms that the file uses (enabled, quarantined, group_name, connection_timeout, ...) are kept
// in agreement. What results is valid JSON; whether it is a valid configuration is for parse() to
// say.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "proxy/config/config.h"
#include "proxy/config/content_hash.h"

namespace proxy::config {

// A lazy server that is disabled or quarantined stays "lazy_loading" in the text, beside a boolean
// that holds it.
struct SetServerMode {
  std::vector<std::string> servers;
  StartupMode mode = StartupMode::active;
};
struct AddServer {
  ServerConfig server;
};
// Makes the server of this name what is given here; fields that do not differ keep their text.
struct UpdateServer {
  ServerConfig server;
};
// What a change was made for: the entry_hash() of what it changes. Nothing: whatever stands there.
using IfMatch = std::optional<ContentHash>;

// The fields that the JSON object `patch` names (server_json.h); groups it adds must exist. It
// releases no quarantined server.
struct PatchServer {
  std::string server;
  std::string patch;
  IfMatch if_match;
};
struct RemoveServer {
  std::string server;
  IfMatch if_match = {};
};
struct AddGroup {
  GroupConfig group;
};
// The same for a group; one that existed only implicitly is declared by it.
struct UpdateGroup {
  GroupConfig group;
};
struct SetGroupEnabled {
  std::string group;
  bool enabled = true;
};
// Only what is given; a parent must exist, an empty one makes a root.
struct PatchGroup {
  std::string group;
  std::optional<std::string> description;
  std::optional<std::string> parent;
  std::optional<std::string> color;
  std::optional<bool> enabled;
  IfMatch if_match;
};
// Its servers leave it, its subgroups move up to its parent.
struct RemoveGroup {
  std::string group;
  IfMatch if_match = {};
};
// With every reference to it.
struct RenameGroup {
  std::string from;
  std::string to;
};
struct AssignServers {
  std::vector<std::string> servers;
  std::string group;
};
struct UnassignServers {
  std::vector<std::string> servers;
  std::string group;
};

// Makes these servers the group's, and no others.
struct SetMembers {
  std::vector<std::string> servers;
  std::string group;
};
// The top level's fields of this configuration, servers and groups aside.
struct SetSettings {
  Config config;
};

using Edit = std::variant<SetServerMode, AddServer, UpdateServer, PatchServer, RemoveServer,
                          AddGroup, UpdateGroup, PatchGroup, SetGroupEnabled, RemoveGroup,
                          RenameGroup, AssignServers, UnassignServers, SetMembers, SetSettings>;

// The new text; the same text when nothing changes. Errors: config_invalid (the text itself does
// not parse), config_changed (not what if_match names), not_found,
// already_exists, invalid_argument, server_quarantined. Cost: about three parses of the text.
base::Result<std::string> apply_edit(std::string_view text, const Edit& edit);

// Recognises a server's entry, or a group's with its members, as it stands: an ETag.
ContentHash entry_hash(const ServerConfig& server);
ContentHash entry_hash(const Config& config, const GroupConfig& group);

// Of a quarantined server: nothing but approving it lets it run.
base::Error needs_approval(std::string_view server);

// The edits that make `from` say what `to` says; "***" in `to` keeps the secret of `from`.
// Errors: invalid_argument for "***" where there is nothing to keep.
base::Result<std::vector<Edit>> edits_between(const Config& from, Config to);

}  // namespace proxy::config
