#include "proxy/config/edit_config.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "proxy/config/redaction.h"
#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

std::string settings_of(Config config) {
  config.servers.clear();
  config.groups.clear();
  return to_json(config);
}

// What is declared by an entry of its own.
std::vector<GroupConfig> declared_groups(const Config& config) {
  std::vector<GroupConfig> out;
  std::ranges::copy_if(config.groups, std::back_inserter(out), &GroupConfig::declared);
  return out;
}

bool removed(const Config& from, const Config& to, std::string_view group) {
  const GroupConfig* old = from.find_group(group);
  const GroupConfig* now = to.find_group(group);
  return old != nullptr && old->declared && (now == nullptr || !now->declared);
}

// Parents come last, so that no step in between makes a circle or names what does not exist yet.
void add_group_edits(std::vector<Edit>& edits, const Config& from, const Config& to) {
  for (const GroupConfig& group : declared_groups(from)) {
    if (removed(from, to, group.name)) edits.emplace_back(RemoveGroup{group.name});
  }
  std::vector<Edit> whole;
  for (const GroupConfig& group : declared_groups(to)) {
    const GroupConfig* old = from.find_group(group.name);
    const bool is_new = old == nullptr || !old->declared;
    if (!is_new && *old == group && !removed(from, to, group.parent)) continue;
    GroupConfig rootless = is_new ? group : *old;
    rootless.parent.clear();
    if (is_new) {
      edits.emplace_back(AddGroup{std::move(rootless)});
    } else if (old->parent != group.parent) {
      edits.emplace_back(UpdateGroup{std::move(rootless)});
    }
    if (!is_new || !group.parent.empty()) whole.emplace_back(UpdateGroup{group});
  }
  edits.insert(edits.end(), whole.begin(), whole.end());
}

void add_server_edits(std::vector<Edit>& edits, const Config& from, const Config& to) {
  for (const ServerConfig& server : to.servers) {
    const ServerConfig* old = from.find_server(server.name);
    const bool loses_group = std::ranges::any_of(
        server.groups, [&](const std::string& group) { return removed(from, to, group); });
    if (old == nullptr) {
      edits.emplace_back(AddServer{server});
    } else if (*old != server || loses_group) {
      edits.emplace_back(UpdateServer{server});
    }
  }
}

}  // namespace

base::Result<void> apply(EditContext& context, const SetSettings& edit) {
  const std::string before = settings_of(context.config);
  const std::string after = settings_of(edit.config);
  const auto old_tree = parse_spanned_json(before);
  const auto new_tree = parse_spanned_json(after);
  const JsonNode& new_root = std::get<JsonNode>(new_tree);
  std::vector<std::string_view> except{"groups", "mcpServers"};
  for (const JsonNode& member : std::get<JsonNode>(old_tree).children) {
    if (new_root.find(member.key) != nullptr) continue;
    context.patch.remove_member(context.root, member.key);
    except.push_back(member.key);
  }
  write_differences(context, context.root, before, after, except);
  return base::kDone;
}

base::Result<std::vector<Edit>> edits_between(const Config& from, Config to) {
  auto restored = unredacted(std::move(to), from);
  if (!restored) return restored.error();
  to = std::move(restored).value();
  std::vector<Edit> edits;
  if (settings_of(from) != settings_of(to)) edits.emplace_back(SetSettings{to});
  for (const ServerConfig& server : from.servers) {
    if (to.find_server(server.name) == nullptr) edits.emplace_back(RemoveServer{server.name});
  }
  add_group_edits(edits, from, to);
  add_server_edits(edits, from, to);
  return edits;
}

}  // namespace proxy::config
