#include "proxy/config/edit_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "proxy/config/groups.h"
#include "proxy/config/server_reader.h"
#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<void> check_parent(const Config& config, std::string_view parent) {
  if (parent.empty() || config.find_group(parent) != nullptr) return base::kDone;
  return no_group(config, parent);
}

Error group_exists(std::string_view name) {
  return {ErrorCode::already_exists, fmt::format("There is a group \"{}\" already.", name),
          "Choose another name."};
}

Error changed(std::string_view name) {
  return {ErrorCode::config_changed,
          fmt::format("The group \"{}\" was changed by somebody else; nothing was written.", name),
          "Look at it as it is now and try again."};
}

Result<void> check_name(std::string_view name) {
  if (is_group_name(name)) return base::kDone;
  return Error{ErrorCode::invalid_argument,
               fmt::format("\"{}\" cannot be the name of a group.", name),
               std::string(kGroupNameRule)};
}

void declare(EditContext& context, const GroupConfig& group) {
  const JsonNode* list = context.root.find("groups");
  if (list != nullptr && list->is(JsonKind::array)) {
    context.patch.append_item(*list, to_json(group));
  } else {
    context.patch.set_member(context.root, "groups", fmt::format("[{}]", to_json(group)));
  }
}

Result<void> update(EditContext& context, const GroupConfig& group) {
  const GroupConfig* current = context.config.find_group(group.name);
  if (current == nullptr) return no_group(context.config, group.name);
  const JsonNode* node = context.group(group.name);
  if (node == nullptr) {
    declare(context, group);
  } else {
    write_differences(context, *node, to_json(*current), to_json(group), {"name", "id"});
  }
  return base::kDone;
}

bool is_member(const ServerConfig& server, std::string_view group) {
  return std::find(server.groups.begin(), server.groups.end(), group) != server.groups.end();
}

std::vector<std::string> without(std::vector<std::string> groups, std::string_view group) {
  std::erase(groups, group);
  return groups;
}

Result<const ServerConfig*> server_named(const EditContext& context, std::string_view name) {
  const ServerConfig* server = context.config.find_server(name);
  if (server == nullptr) {
    return Error{ErrorCode::not_found,
                 fmt::format("There is no server \"{}\" in the configuration.", name),
                 "`mcptrunk servers list` shows which exist."};
  }
  return server;
}

// Replaces the value when it is this text.
void rename_text(EditContext& context, const JsonNode* node, const RenameGroup& edit) {
  if (node != nullptr && node->is(JsonKind::string) && node->text == edit.from) {
    context.patch.replace(*node, json_of(edit.to));
  }
}

}  // namespace

ContentHash entry_hash(const Config& config, const GroupConfig& group) {
  std::string text = to_json(group);
  for (const ServerConfig& server : config.servers) {
    if (is_member(server, group.name)) text += "\n" + server.name;
  }
  return content_hash(text);
}

Result<void> apply(EditContext& context, const AddGroup& edit) {
  if (Result<void> named = check_name(edit.group.name); !named) return named;
  if (context.group(edit.group.name) != nullptr) return group_exists(edit.group.name);
  if (Result<void> known = check_parent(context.config, edit.group.parent); !known) return known;
  declare(context, edit.group);
  return base::kDone;
}

Result<void> apply(EditContext& context, const UpdateGroup& edit) {
  return update(context, edit.group);
}

Result<void> apply(EditContext& context, const PatchGroup& edit) {
  const GroupConfig* current = context.config.find_group(edit.group);
  if (current == nullptr) return no_group(context.config, edit.group);
  if (edit.if_match && *edit.if_match != entry_hash(context.config, *current)) {
    return changed(edit.group);
  }
  if (Result<void> known = check_parent(context.config, edit.parent.value_or("")); !known) {
    return known;
  }
  GroupConfig group = *current;
  group.description = edit.description.value_or(group.description);
  group.parent = edit.parent.value_or(group.parent);
  group.color = edit.color.value_or(group.color);
  group.enabled = edit.enabled.value_or(group.enabled);
  return group == *current ? base::kDone : update(context, group);
}

Result<void> apply(EditContext& context, const SetGroupEnabled& edit) {
  const GroupConfig* current = context.config.find_group(edit.group);
  if (current == nullptr) return no_group(context.config, edit.group);
  if (current->enabled == edit.enabled) return base::kDone;
  GroupConfig group = *current;
  group.enabled = edit.enabled;
  return update(context, group);
}

Result<void> apply(EditContext& context, const RemoveGroup& edit) {
  const GroupConfig* removed = context.config.find_group(edit.group);
  if (removed == nullptr) return no_group(context.config, edit.group);
  if (edit.if_match && *edit.if_match != entry_hash(context.config, *removed)) {
    return changed(edit.group);
  }
  for (const GroupConfig& child : context.config.groups) {
    if (child.parent != edit.group) continue;
    const JsonNode& node = *context.group(child.name);
    if (removed->parent.empty()) {
      context.patch.remove_member(node, "parent");
    } else {
      context.patch.set_member(node, "parent", json_of(removed->parent));
    }
  }
  for (const ServerConfig& server : context.config.servers) {
    if (is_member(server, edit.group)) {
      write_groups(context, server, without(server.groups, edit.group));
    }
  }
  if (const JsonNode* node = context.group(edit.group)) {
    const JsonNode& list = *context.root.find("groups");
    context.patch.remove(list, static_cast<std::size_t>(node - list.children.data()));
  }
  return base::kDone;
}

Result<void> apply(EditContext& context, const RenameGroup& edit) {
  if (context.config.find_group(edit.from) == nullptr) return no_group(context.config, edit.from);
  if (edit.from == edit.to) return base::kDone;
  if (Result<void> named = check_name(edit.to); !named) return named;
  if (context.config.find_group(edit.to) != nullptr) return group_exists(edit.to);
  for (const GroupConfig& group : context.config.groups) {
    const JsonNode* node = context.group(group.name);
    if (node == nullptr) continue;
    rename_text(context, node->find("name"), edit);
    rename_text(context, node->find("parent"), edit);
  }
  if (const JsonNode* servers = context.server_list()) {
    for (const JsonNode& node : servers->children) {
      rename_text(context, node.find("group_name"), edit);
      const JsonNode* list = node.find("groups");
      if (list == nullptr) continue;
      for (const JsonNode& item : list->children) rename_text(context, &item, edit);
    }
  }
  if (const JsonNode* assignments = context.assignments()) {
    for (const JsonNode& item : assignments->children) rename_text(context, &item, edit);
  }
  return base::kDone;
}

Result<void> apply(EditContext& context, const AssignServers& edit) {
  if (context.config.find_group(edit.group) == nullptr) return no_group(context.config, edit.group);
  for (const std::string& name : std::set<std::string>(edit.servers.begin(), edit.servers.end())) {
    const Result<const ServerConfig*> server = server_named(context, name);
    if (!server) return server.error();
    if (is_member(**server, edit.group)) continue;
    std::vector<std::string> groups = (*server)->groups;
    groups.push_back(edit.group);
    write_groups(context, **server, groups);
  }
  return base::kDone;
}

Result<void> apply(EditContext& context, const SetMembers& edit) {
  std::vector<std::string> leaving;
  for (const ServerConfig& server : context.config.servers) {
    const bool stays = std::ranges::find(edit.servers, server.name) != edit.servers.end();
    if (!stays && is_member(server, edit.group)) leaving.push_back(server.name);
  }
  if (Result<void> added = apply(context, AssignServers{edit.servers, edit.group}); !added) {
    return added;
  }
  return apply(context, UnassignServers{std::move(leaving), edit.group});
}

Result<void> apply(EditContext& context, const UnassignServers& edit) {
  if (context.config.find_group(edit.group) == nullptr) return no_group(context.config, edit.group);
  for (const std::string& name : std::set<std::string>(edit.servers.begin(), edit.servers.end())) {
    const Result<const ServerConfig*> server = server_named(context, name);
    if (!server) return server.error();
    if (is_member(**server, edit.group)) {
      write_groups(context, **server, without((*server)->groups, edit.group));
    }
  }
  return base::kDone;
}

}  // namespace proxy::config
