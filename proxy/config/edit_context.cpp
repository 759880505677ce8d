#include "proxy/config/edit_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <set>
#include <span>
#include <variant>

#include "base/json.h"

namespace proxy::config {
namespace {

// Other names of a field that the parser reads too, the preferred one first.
constexpr std::array<std::string_view, 3> kConnectTimeout{"connect_timeout", "connection_timeout",
                                                          "init_timeout"};
constexpr std::array<std::string_view, 2> kWorkingDir{"working_dir", "cwd"};
constexpr std::array<std::string_view, 2> kProtocol{"protocol", "type"};

std::vector<std::string_view> names_of(std::string_view key) {
  const auto list = [](std::span<const std::string_view> names) {
    return std::vector<std::string_view>(names.begin(), names.end());
  };
  if (key == kConnectTimeout.front()) return list(kConnectTimeout);
  if (key == kWorkingDir.front()) return list(kWorkingDir);
  if (key == kProtocol.front()) return list(kProtocol);
  return {key};
}

bool is_given(const JsonNode* node) {
  return node != nullptr && !node->is(JsonKind::null);
}

std::string_view bool_text(bool value) {
  return value ? "true" : "false";
}

bool is_lazy(const JsonNode& startup_mode) {
  return startup_mode.text == to_string(StartupMode::lazy_loading) || startup_mode.text == "lazy";
}

void set_boolean(EditContext& context, const JsonNode& node, std::string_view key, bool value) {
  const JsonNode* member = node.find(key);
  if (member == nullptr) {
    context.patch.append_member(node, key, bool_text(value));
  } else if (!is_given(member) || member->is_true() != value) {
    context.patch.replace(*member, bool_text(value));
  }
}

// A lazy server that must not run: a boolean says so, and startup_mode how it comes back.
void write_held(EditContext& context, const JsonNode& node, StartupMode mode) {
  const JsonNode* word = node.find("startup_mode");
  if (!is_given(word) || !is_lazy(*word)) {
    context.patch.set_member(node, "startup_mode", json_of(to_string(StartupMode::lazy_loading)));
  }
  if (mode == StartupMode::quarantined) {
    set_boolean(context, node, "quarantined", true);
    return;
  }
  const bool has_disabled = is_given(node.find("disabled"));
  if (has_disabled) set_boolean(context, node, "disabled", true);
  if (!has_disabled || is_given(node.find("enabled"))) set_boolean(context, node, "enabled", false);
  if (is_given(node.find("quarantined"))) set_boolean(context, node, "quarantined", false);
}

// Takes away what write_held() appended. Returns how many members stand before that.
std::size_t without_holders(EditContext& context, const JsonNode& node) {
  std::size_t kept = node.children.size();
  const JsonNode* word = node.find("startup_mode");
  if (!is_given(word) || !is_lazy(*word)) return kept;
  while (kept > 0) {
    const JsonNode& last = node.children[kept - 1];
    const bool holds = (last.key == "enabled" && is_given(&last) && !last.is_true()) ||
                       (last.key == "quarantined" && last.is_true());
    if (!holds) break;
    context.patch.remove(node, --kept);
  }
  return kept;
}

std::size_t member_index(const JsonNode& node, std::string_view key) {
  return static_cast<std::size_t>(node.find(key) - node.children.data());
}

JsonNode tree_of(std::string_view json) {
  std::variant<JsonNode, JsonError> tree = parse_spanned_json(json);
  assert(std::holds_alternative<JsonNode>(tree));
  return std::get<JsonNode>(std::move(tree));
}

std::string_view slice(std::string_view json, const JsonNode& node) {
  return json.substr(node.value.begin, node.value.size());
}

// Sets the field under each of the names the object uses for it.
void set_field(EditContext& context, const JsonNode& object,
               const std::vector<std::string_view>& names, std::string_view json) {
  bool found = false;
  for (const std::string_view name : names) {
    const JsonNode* member = object.find(name);
    if (member == nullptr) continue;
    context.patch.replace(*member, json);
    found = true;
  }
  if (!found) context.patch.append_member(object, names.front(), json);
}

// What the text leaves out is at its default: a boolean says so, anything else goes.
void unset_field(EditContext& context, const JsonNode& object,
                 const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    const JsonNode* member = object.find(name);
    if (member != nullptr && member->is(JsonKind::boolean)) {
      context.patch.replace(*member, "true");
    } else {
      context.patch.remove_member(object, name);
    }
  }
}

// Two JSON texts of the same thing, before and after.
struct Versions {
  std::string_view from;
  std::string_view to;
};

// Objects inside an object (env, headers, oauth, ...): their members have one name each.
void write_inner(EditContext& context, const JsonNode& node, const Versions& texts,
                 const JsonNode& before, const JsonNode& after) {
  for (const JsonNode& member : after.children) {
    const JsonNode* old = before.find(member.key);
    if (old != nullptr && slice(texts.from, *old) == slice(texts.to, member)) continue;
    context.patch.set_member(node, member.key, slice(texts.to, member));
  }
  for (const JsonNode& member : before.children) {
    if (after.find(member.key) == nullptr) context.patch.remove_member(node, member.key);
  }
}

// Which of `have` are left out in `want`; nothing when `want` is not `have` with some left out.
std::optional<std::vector<std::size_t>> left_out(const std::vector<std::string>& have,
                                                 const std::vector<std::string>& want) {
  std::vector<std::size_t> out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < have.size(); ++i) {
    if (next < want.size() && have[i] == want[next]) {
      ++next;
    } else {
      out.push_back(i);
    }
  }
  return next == want.size() ? std::optional(std::move(out)) : std::nullopt;
}

// Edits the list in place when one name was added or removed, so that comments in it stay.
void write_group_list(EditContext& context, const JsonNode& list,
                      const std::vector<std::string>& groups) {
  std::vector<std::string> have;
  for (const JsonNode& item : list.children) have.push_back(item.text);
  if (have == groups) return;
  if (have.size() <= groups.size() && std::equal(have.begin(), have.end(), groups.begin())) {
    for (std::size_t i = have.size(); i < groups.size(); ++i) {
      context.patch.append_item(list, json_of(groups[i]));
    }
    return;
  }
  if (const std::optional<std::vector<std::size_t>> removed = left_out(have, groups)) {
    for (const std::size_t index : *removed) context.patch.remove(list, index);
    return;
  }
  context.patch.replace(list, json_of(groups));
}

std::string_view group_of_id(const Config& config, const JsonNode& id) {
  for (const GroupConfig& group : config.groups) {
    if (group.id && fmt::to_string(*group.id) == id.text) return group.name;
  }
  return "";
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

const JsonNode* EditContext::server_list() const {
  for (const std::string_view key : {"mcpServers", "servers"}) {
    const JsonNode* list = root.find(key);
    if (is_given(list)) return list;
  }
  return nullptr;
}

const JsonNode* EditContext::server(std::string_view name) const {
  const JsonNode* list = server_list();
  if (list == nullptr) return nullptr;
  if (list->is(JsonKind::object)) return list->find(name);
  for (const JsonNode& item : list->children) {
    const JsonNode* member = item.find("name");
    if (member != nullptr && member->text == name) return &item;
  }
  return nullptr;
}

const JsonNode* EditContext::group(std::string_view name) const {
  const JsonNode* list = root.find("groups");
  if (list == nullptr) return nullptr;
  for (const JsonNode& item : list->children) {
    const JsonNode* member = item.find("name");
    if (member != nullptr && member->text == name) return &item;
  }
  return nullptr;
}

const JsonNode* EditContext::assignments() const {
  return root.find("server_group_assignments");
}

std::string json_of(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

std::string json_of(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ", ";
    out += json_of(text);
  }
  return out + "]";
}

void write_mode(EditContext& context, const JsonNode& node, const ServerConfig& server) {
  if (server.lazy_when_released) {
    write_held(context, node, server.startup_mode);
    return;
  }
  const StartupMode mode = server.startup_mode;
  const bool runs = may_run(mode);
  const bool quarantined = mode == StartupMode::quarantined;
  const bool has_mode = is_given(node.find("startup_mode"));
  const bool has_enabled = is_given(node.find("enabled"));
  const bool has_disabled = is_given(node.find("disabled"));
  const bool has_quarantined = is_given(node.find("quarantined"));
  const std::size_t kept = runs ? without_holders(context, node) : node.children.size();
  const auto set = [&](std::string_view key, bool value) {
    if (member_index(node, key) < kept) set_boolean(context, node, key, value);
  };
  const bool says_nothing_else = !has_mode && quarantined;
  if (has_enabled && !says_nothing_else) set("enabled", runs);
  if (has_disabled && !says_nothing_else) set("disabled", !runs);
  if (has_quarantined) set("quarantined", quarantined);

  const bool booleans_say_it = mode == StartupMode::active ||
                               (mode == StartupMode::disabled && (has_enabled || has_disabled)) ||
                               (quarantined && has_quarantined);
  if (!has_mode && booleans_say_it) return;
  const JsonNode* member = node.find("startup_mode");
  const bool same =
      has_mode &&
      (member->text == to_string(mode) || (mode == StartupMode::lazy_loading && is_lazy(*member)) ||
       (member->text == "auto_disabled" && mode == StartupMode::disabled));
  if (!same) context.patch.set_member(node, "startup_mode", json_of(to_string(mode)));
}

void write_groups(EditContext& context, const ServerConfig& server,
                  const std::vector<std::string>& groups) {
  const JsonNode& node = *context.server(server.name);
  const JsonNode* list = node.find("groups");
  const JsonNode* group_name = node.find("group_name");
  const JsonNode* group_id = node.find("group_id");
  const JsonNode* assignments = context.assignments();
  const JsonNode* assigned = assignments == nullptr ? nullptr : assignments->find(server.name);
  JsonPatch& patch = context.patch;

  // The fields that hold one group say the first when theirs is no longer among them.
  bool one_says_it = false;
  if (is_given(group_name) && !group_name->text.empty()) {
    one_says_it = !groups.empty();
    if (groups.empty()) {
      patch.remove_member(node, "group_name");
    } else if (!contains(groups, group_name->text)) {
      patch.replace(*group_name, json_of(groups.front()));
    }
  }
  if (is_given(assigned) && !assigned->text.empty()) {
    one_says_it = !groups.empty();
    if (groups.empty()) {
      patch.remove_member(*assignments, server.name);
    } else if (!contains(groups, assigned->text)) {
      patch.replace(*assigned, json_of(groups.front()));
    }
  }
  const std::string_view id_group =
      is_given(group_id) ? group_of_id(context.config, *group_id) : std::string_view();
  if (!id_group.empty() && !contains(groups, id_group)) {
    const GroupConfig* first = groups.empty() ? nullptr : context.config.find_group(groups.front());
    if (first != nullptr && first->id) {
      patch.replace(*group_id, fmt::to_string(*first->id));
      one_says_it = true;
    } else {
      patch.remove_member(node, "group_id");
    }
  } else if (!id_group.empty()) {
    one_says_it = true;
  }

  if (is_given(list)) {
    write_group_list(context, *list, groups);
  } else if (groups.size() > 1 || (groups.size() == 1 && !one_says_it)) {
    patch.set_member(node, "groups", json_of(groups));
  }
}

void write_differences(EditContext& context, const JsonNode& node, std::string_view from,
                       std::string_view to, const std::vector<std::string_view>& except) {
  const JsonNode before = tree_of(from);
  const JsonNode after = tree_of(to);
  const auto is_excepted = [&](std::string_view key) {
    return std::find(except.begin(), except.end(), key) != except.end();
  };
  for (const JsonNode& member : after.children) {
    if (is_excepted(member.key)) continue;
    const JsonNode* old = before.find(member.key);
    if (old != nullptr && slice(from, *old) == slice(to, member)) continue;
    const JsonNode* here = node.find(member.key);
    const bool inner = old != nullptr && old->is(JsonKind::object) && here != nullptr &&
                       here->is(JsonKind::object) && member.is(JsonKind::object);
    if (inner) {
      write_inner(context, *here, {from, to}, *old, member);
    } else {
      set_field(context, node, names_of(member.key), slice(to, member));
    }
  }
  for (const JsonNode& member : before.children) {
    if (is_excepted(member.key) || after.find(member.key) != nullptr) continue;
    unset_field(context, node, names_of(member.key));
  }
}

}  // namespace proxy::config
