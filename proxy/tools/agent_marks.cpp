#include "proxy/tools/agent_marks.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include "proxy/config/edit.h"
#include "proxy/config/groups.h"

namespace proxy::tools {
namespace {

using config::Config;
using config::ContentHash;
using config::GroupConfig;
using config::ServerConfig;

ContentHash hash_of(const Config&, const ServerConfig& server) {
  return config::entry_hash(server);
}

// What the group holds back is part of it: whoever puts a server or a group below it decides.
ContentHash hash_of(const Config& config, const GroupConfig& group) {
  std::string text;
  for (const GroupConfig& other : config.groups) {
    const auto above = config::ancestors_of(config, other.name);
    if (other.name != group.name && std::ranges::find(above, group.name) == above.end()) continue;
    text += config::to_hex(config::entry_hash(config, other));
  }
  return config::content_hash(text);
}

const ServerConfig* entry_of(const Config& config, std::string_view name, const ServerConfig*) {
  return config.find_server(name);
}
const GroupConfig* entry_of(const Config& config, std::string_view name, const GroupConfig*) {
  return config.find_group(name);
}

bool is_held(const ServerConfig& server) {
  return !config::may_run(server.startup_mode);
}
bool is_held(const GroupConfig& group) {
  return !group.enabled;
}

// `mark` is the one it had, null for none.
template <class Entry>
std::optional<AgentMark> mark_after(const AgentMark* mark, const Entry* before, const Config& after,
                                    const Entry& now) {
  AgentMark next;
  next.added = before == nullptr || (mark != nullptr && mark->added);
  const bool was_free = before == nullptr || !is_held(*before);
  next.held = is_held(now) && (was_free || (mark != nullptr && mark->held));
  if (!next.added && !next.held) return std::nullopt;
  next.entry = hash_of(after, now);
  return next;
}

void add_names(Decided& out, const std::vector<std::string>& servers) {
  out.servers.insert(servers.begin(), servers.end());
}

struct DecidedVisitor {
  Decided& out;
  void operator()(const config::SetServerMode& edit) const { add_names(out, edit.servers); }
  void operator()(const config::AddServer& edit) const { out.servers.insert(edit.server.name); }
  void operator()(const config::UpdateServer& edit) const { out.servers.insert(edit.server.name); }
  void operator()(const config::PatchServer& edit) const { out.servers.insert(edit.server); }
  void operator()(const config::RemoveServer& edit) const { out.servers.insert(edit.server); }
  void operator()(const config::AddGroup& edit) const { out.groups.insert(edit.group.name); }
  void operator()(const config::UpdateGroup& edit) const { out.groups.insert(edit.group.name); }
  void operator()(const config::SetGroupEnabled& edit) const { out.groups.insert(edit.group); }
  void operator()(const config::PatchGroup& edit) const { out.groups.insert(edit.group); }
  void operator()(const config::RemoveGroup& edit) const { out.groups.insert(edit.group); }
  void operator()(const config::RenameGroup& edit) const {
    out.groups.insert(edit.from);
    out.groups.insert(edit.to);
  }
  template <class Membership>
  void members(const Membership& edit) const {
    add_names(out, edit.servers);
    out.groups.insert(edit.group);
  }
  void operator()(const config::AssignServers& edit) const { members(edit); }
  void operator()(const config::UnassignServers& edit) const { members(edit); }
  void operator()(const config::SetMembers& edit) const { members(edit); }
  void operator()(const config::SetSettings&) const {}
};

template <class ByName, class Keep>
void collect(const ByName& marks, Marked kind, std::vector<MarkChange>& out, Keep goes) {
  for (const auto& [name, mark] : marks) {
    if (goes(name, mark)) out.push_back({kind, name, std::nullopt});
  }
}

template <class Entry, class Find>
void collect_after(const std::vector<Entry>& entries, const Config& before, const Config& after,
                   Marked kind, std::vector<MarkChange>& out, Find find) {
  for (const Entry& now : entries) {
    const Entry* old = entry_of(before, now.name, static_cast<const Entry*>(nullptr));
    if (old != nullptr && hash_of(before, *old) == hash_of(after, now)) continue;
    const AgentMark* mark = old == nullptr ? nullptr : find(*old);
    const std::optional<AgentMark> next = mark_after(mark, old, after, now);
    if (next || mark != nullptr) out.push_back({kind, now.name, next});
  }
}

}  // namespace

Decided decided_by(const config::Change& change) {
  Decided out;
  const auto* edits = std::get_if<std::vector<config::Edit>>(&change);
  if (edits == nullptr) {
    out.everything = true;
    return out;
  }
  for (const config::Edit& edit : *edits) std::visit(DecidedVisitor{out}, edit);
  return out;
}

const AgentMark* AgentMarks::find(const Config& config, const ServerConfig& server) const {
  const auto found = servers_.find(server.name);
  const bool stands = found != servers_.end() && found->second.entry == hash_of(config, server);
  return stands ? &found->second : nullptr;
}

const AgentMark* AgentMarks::find(const Config& config, const GroupConfig& group) const {
  const auto found = groups_.find(group.name);
  const bool stands = found != groups_.end() && found->second.entry == hash_of(config, group);
  return stands ? &found->second : nullptr;
}

std::vector<MarkChange> AgentMarks::after_agent(const Config& before, const Config& after) const {
  std::vector<MarkChange> out = outdated(before);
  std::ranges::move(outdated(after), std::back_inserter(out));
  collect_after(after.servers, before, after, Marked::server, out,
                [&](const ServerConfig& old) { return find(before, old); });
  collect_after(after.groups, before, after, Marked::group, out,
                [&](const GroupConfig& old) { return find(before, old); });
  return out;
}

std::vector<MarkChange> AgentMarks::outdated(const Config& config) const {
  std::vector<MarkChange> out;
  collect(servers_, Marked::server, out, [&](const std::string& name, const AgentMark&) {
    const ServerConfig* server = config.find_server(name);
    return server == nullptr || find(config, *server) == nullptr;
  });
  collect(groups_, Marked::group, out, [&](const std::string& name, const AgentMark&) {
    const GroupConfig* group = config.find_group(name);
    return group == nullptr || find(config, *group) == nullptr;
  });
  return out;
}

std::vector<MarkChange> AgentMarks::undone_by(const Decided& decided) const {
  std::vector<MarkChange> out;
  collect(servers_, Marked::server, out, [&](const std::string& name, const AgentMark&) {
    return decided.everything || decided.servers.contains(name);
  });
  collect(groups_, Marked::group, out, [&](const std::string& name, const AgentMark&) {
    return decided.everything || decided.groups.contains(name);
  });
  return out;
}

bool AgentMarks::held(Marked kind, std::string_view name) const {
  const ByName& marks = kind == Marked::server ? servers_ : groups_;
  const auto found = marks.find(name);
  return found != marks.end() && found->second.held;
}

void AgentMarks::apply(const std::vector<MarkChange>& changes) {
  for (const MarkChange& change : changes) {
    ByName& marks = change.kind == Marked::server ? servers_ : groups_;
    if (change.mark) {
      marks.insert_or_assign(change.name, *change.mark);
    } else {
      marks.erase(change.name);
    }
  }
}

}  // namespace proxy::tools
