// The part of Admin that writes the configuration: servers, groups, the whole of it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "proxy/config/groups.h"
#include "proxy/config/redaction.h"
#include "proxy/config/server_json.h"
#include "proxy/config/to_json.h"
#include "proxy/daemon/admin.h"
#include "proxy/daemon/backup_dir.h"
#include "proxy/routing/router.h"
#include "proxy/tools/agent_config.h"
#include "proxy/tools/agent_rules.h"

namespace proxy::daemon {
namespace {

using config::ContentHash;
using config::Edit;
using config::IfMatch;

bool has_fields(const rest::GroupChanges& changes) {
  return changes.description || changes.parent || changes.color || changes.enabled;
}

std::vector<Edit> edits_of(const std::string& name, const rest::GroupChanges& changes,
                           const IfMatch& if_match) {
  std::vector<Edit> edits;
  if (has_fields(changes) || if_match) {
    edits.emplace_back(config::PatchGroup{name, changes.description, changes.parent, changes.color,
                                          changes.enabled, if_match});
  }
  if (changes.members) edits.emplace_back(config::SetMembers{*changes.members, name});
  if (!changes.assign.empty()) edits.emplace_back(config::AssignServers{changes.assign, name});
  if (!changes.unassign.empty()) {
    edits.emplace_back(config::UnassignServers{changes.unassign, name});
  }
  if (changes.name) edits.emplace_back(config::RenameGroup{name, *changes.name});
  return edits;
}

// To take out what is not in would change nothing, and nobody would see the slip. A server that
// does not exist is told by the edit itself.
std::optional<base::Error> not_a_member(const config::Config& config, const std::string& group,
                                        const std::vector<std::string>& servers) {
  for (const std::string& name : servers) {
    const config::ServerConfig* server = config.find_server(name);
    if (server == nullptr || std::ranges::find(server->groups, group) != server->groups.end()) {
      continue;
    }
    return base::Error{base::ErrorCode::not_found,
                       fmt::format("Server \"{}\" is not in the group \"{}\".", name, group),
                       server->groups.empty()
                           ? std::string("It is in no group.")
                           : fmt::format("It is in: {}.", fmt::join(server->groups, ", "))};
  }
  return std::nullopt;
}

// The members of a group and how each may run.
std::vector<rest::GroupMember> members_now(const config::Config& config, const std::string& group) {
  std::vector<rest::GroupMember> members;
  for (const std::string& name : config::members_of(config, group, config::Reach::with_subgroups)) {
    const config::EffectiveMode mode = config::effective_mode(config, *config.find_server(name));
    members.push_back({name, mode.mode, fmt::format("{}", fmt::join(mode.held_by, ", "))});
  }
  return members;
}

// An agent's patch, which quarantines the server when a person must look at what comes of it.
base::Result<std::string> agents_patch(const config::Config& config, std::string_view name,
                                       std::string_view patch) {
  if (auto checked = tools::check_patch(patch); !checked) return std::move(checked).error();
  const config::ServerConfig& server = *config.find_server(name);
  const auto next = config::patched_server(server, patch);
  if (!next) return next.error();
  if (!tools::needs_quarantine(server, *next)) return std::string(patch);
  return tools::quarantining_patch(patch);
}

}  // namespace

rest::GroupActionAnswer Admin::group_answer(const std::string& name) const {
  return {name, 0, 0, {}, members_now(*parts_.intent.config(), name)};
}

rest::GroupActionAnswer Admin::group_difference(
    const std::string& name, const std::vector<rest::GroupMember>& before) const {
  rest::GroupActionAnswer answer = group_answer(name);
  std::set<std::string_view> same;
  for (const rest::GroupMember& member : answer.members) {
    const auto was = std::ranges::find(before, member.server, &rest::GroupMember::server);
    if (was != before.end() && was->effective_mode == member.effective_mode) {
      same.insert(member.server);
    }
  }
  const auto left = std::ranges::count_if(before, [&](const rest::GroupMember& member) {
    return std::ranges::find(answer.members, member.server, &rest::GroupMember::server) ==
           answer.members.end();
  });
  answer.unchanged = static_cast<std::uint32_t>(same.size());
  answer.updated = static_cast<std::uint32_t>(answer.members.size() - same.size()) +
                   static_cast<std::uint32_t>(left);
  return answer;
}

void Admin::change_group(const std::string& name, const std::string& name_after,
                         std::vector<Edit> edits, config::Actor actor,
                         rest::Answer<rest::GroupActionAnswer> answer) {
  parts_.intent.change(std::move(edits), actor,
                       [this, name_after, before = members_now(*parts_.intent.config(), name),
                        answer = std::move(answer)](const base::Result<bool>& changed) {
                         if (!changed) {
                           answer(changed.error());
                         } else {
                           answer(group_difference(name_after, before));
                         }
                       });
}

void Admin::add_server(std::string_view json, config::Actor actor,
                       rest::Answer<rest::ServerActionAnswer> answer) {
  auto server = config::server_from_json(json);
  if (!server) {
    answer(std::move(server).error());
    return;
  }
  if (config::holds_redaction(*server)) {
    answer(
        base::Error{base::ErrorCode::invalid_argument,
                    fmt::format("server {}: \"***\" stands where a value is needed.", server->name),
                    "Write the value itself, or a reference such as \"${TOKEN}\"."});
    return;
  }
  for (const std::string& group : server->groups) {
    if (parts_.intent.config()->find_group(group) == nullptr) {
      answer(config::no_group(*parts_.intent.config(), group));
      return;
    }
  }
  const std::string name = server->name;
  parts_.intent.change({config::AddServer{*std::move(server)}}, actor,
                       [this, name, answer = std::move(answer)](const base::Result<bool>& changed) {
                         if (!changed) {
                           answer(changed.error());
                         } else {
                           answer(answer_for(name, *changed));
                         }
                       });
}

void Admin::update_server(std::string_view name, std::string_view patch, const IfMatch& if_match,
                          config::Actor actor, rest::Answer<rest::ServerActionAnswer> answer) {
  if (!parts_.fleet.find(name)) {
    answer(routing::unknown_server(parts_.fleet, name));
    return;
  }
  base::Result<std::string> safe = actor == config::Actor::agent
                                       ? agents_patch(*parts_.intent.config(), name, patch)
                                       : std::string(patch);
  if (!safe) {
    answer(std::move(safe).error());
    return;
  }
  parts_.intent.change({config::PatchServer{std::string(name), *std::move(safe), if_match}}, actor,
                       [this, name = std::string(name),
                        answer = std::move(answer)](const base::Result<bool>& changed) {
                         if (!changed) {
                           answer(changed.error());
                         } else {
                           answer(answer_for(name, *changed));
                         }
                       });
}

void Admin::remove_server(std::string_view name, const IfMatch& if_match, config::Actor actor,
                          rest::Answer<void> answer) {
  if (!parts_.fleet.find(name)) {
    answer(routing::unknown_server(parts_.fleet, name));
    return;
  }
  parts_.intent.change({config::RemoveServer{std::string(name), if_match}}, actor,
                       [answer = std::move(answer)](const base::Result<bool>& changed) {
                         answer(changed ? base::Result<void>(base::kDone) : changed.error());
                       });
}

base::Result<rest::GroupDetail> Admin::group(std::string_view name) {
  const config::Config& config = *parts_.intent.config();
  const config::GroupConfig* known = config.find_group(name);
  if (known == nullptr) return config::no_group(config, name);
  return rest::GroupDetail{row_of(*known), config::entry_hash(config, *known),
                           parts_.bus.last_id()};
}

void Admin::add_group(rest::GroupDraft draft, config::Actor actor,
                      rest::Answer<rest::GroupActionAnswer> answer) {
  const std::string name = draft.group.name;
  std::vector<Edit> edits{config::AddGroup{std::move(draft.group)}};
  if (!draft.members.empty()) {
    edits.emplace_back(config::AssignServers{std::move(draft.members), name});
  }
  change_group(name, name, std::move(edits), actor, std::move(answer));
}

void Admin::update_group(std::string_view name, rest::GroupChanges changes, const IfMatch& if_match,
                         config::Actor actor, rest::Answer<rest::GroupActionAnswer> answer) {
  const config::Config& config = *parts_.intent.config();
  if (config.find_group(name) == nullptr) {
    answer(config::no_group(config, name));
    return;
  }
  const std::string known(name);
  if (auto fault = not_a_member(config, known, changes.unassign)) {
    answer(*std::move(fault));
    return;
  }
  change_group(known, changes.name.value_or(known), edits_of(known, changes, if_match), actor,
               std::move(answer));
}

void Admin::remove_group(std::string_view name, const IfMatch& if_match, config::Actor actor,
                         rest::Answer<rest::GroupActionAnswer> answer) {
  const config::Config& config = *parts_.intent.config();
  if (config.find_group(name) == nullptr) {
    answer(config::no_group(config, name));
    return;
  }
  const std::string known(name);
  change_group(known, known, {config::RemoveGroup{known, if_match}}, actor, std::move(answer));
}

rest::ConfigView Admin::config() {
  return {config::to_json(masked()), parts_.intent.hash()};
}

void Admin::replace_config(config::Config config, const IfMatch& if_match,
                           rest::Answer<rest::ConfigChange> answer) {
  parts_.intent.change(config::Change(config::ReplaceConfig{std::move(config)}), if_match,
                       config::Actor::person,
                       [this, before = parts_.intent.config(),
                        answer = std::move(answer)](const base::Result<bool>& changed) {
                         if (!changed) {
                           answer(changed.error());
                         } else {
                           answer(rest::ConfigChange{config::diff(*before, *parts_.intent.config()),
                                                     parts_.intent.hash()});
                         }
                       });
}

void Admin::backup(std::string name, rest::Answer<std::string> answer) {
  const config::Config& config = *parts_.intent.config();
  if (config.read_only_mode) {
    answer(
        base::Error{base::ErrorCode::forbidden, "read_only_mode lets nothing be written",
                    "copy data_dir/state.mdb while no daemon runs, or take read_only_mode out of "
                    "the configuration"});
    return;
  }
  auto path = backup_path(parts_.files, config, identity_.config_path, identity_.data_dir,
                          config::process_environment(), name, parts_.clock.wall_now());
  if (!path) {
    answer(std::move(path).error());
    return;
  }
  parts_.store.backup(*path,
                      [path = *path, answer = std::move(answer)](const base::Result<void>& done) {
                        answer(done ? base::Result<std::string>(path) : done.error());
                      });
}

}  // namespace proxy::daemon
