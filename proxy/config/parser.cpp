#include "proxy/config/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "proxy/config/look_alikes.h"
#include "proxy/config/object_reader.h"
#include "proxy/config/server_reader.h"
#include "proxy/config/settings_reader.h"
#include "proxy/config/spanned_json.h"

namespace proxy::config {
namespace {

// The file's groups and servers, with where they stand, while references between them are checked.
struct Place {
  const JsonNode* node;  // null: exists only because something refers to it
  std::string path;
};
struct Lists {
  std::map<std::string, Place, std::less<>> groups;
  std::map<std::string, Place, std::less<>> servers;
  GroupSources sources;
  const JsonNode* assignments = nullptr;
};

void read_group(const JsonNode& node, std::string path, Lists& lists, Config& config,
                Diagnostics& diagnostics) {
  if (!node.is(JsonKind::object)) {
    diagnostics.error(node.value.begin, std::move(path),
                      fmt::format("must be an object, but is {}", describe(node.kind)),
                      "write {\"name\": \"...\"}");
    return;
  }
  GroupConfig group;
  ObjectReader reader(node, std::move(path), diagnostics);
  reader.read("name", group.name);
  reader.read("description", group.description);
  reader.read("parent", group.parent);
  reader.read("enabled", group.enabled);
  reader.read("color", group.color);
  std::int64_t id = 0;
  reader.read("id", id, Range<std::uint64_t>{0, 1'000'000'000});
  reader.report_unused();
  const JsonNode* name = node.find("name");
  if (name == nullptr) {
    reader.error("the group has no name", "add \"name\": \"...\"");
    return;
  }
  if (!is_group_name(group.name)) {
    if (name->is(JsonKind::string)) {
      reader.error(*name, fmt::format("\"{}\" cannot be the name of a group", group.name),
                   std::string(kGroupNameRule));
    }
    return;
  }
  if (!lists.groups.emplace(group.name, Place{&node, reader.path()}).second) {
    reader.error(*name, fmt::format("a group \"{}\" stands further up already", group.name),
                 "rename or remove one of the two");
    return;
  }
  if (id != 0) {
    group.id = id;
    if (!lists.sources.name_of_id.emplace(id, group.name).second) {
      reader.error(*node.find("id"), fmt::format("another group has the id {} already", id),
                   "remove the id, or give this group another one");
    }
  }
  config.groups.push_back(std::move(group));
}

void read_groups(ObjectReader& reader, Lists& lists, Config& config) {
  const JsonNode* node = reader.take("groups", JsonKind::array);
  if (node == nullptr) return;
  if (node->children.size() > kGroupsMax) {
    reader.error(*node,
                 fmt::format("holds {} groups, more than {}", node->children.size(), kGroupsMax),
                 "use fewer groups; a server may carry tags instead");
    return;
  }
  for (std::size_t i = 0; i < node->children.size(); ++i) {
    read_group(node->children[i], fmt::format("groups[{}]", i), lists, config,
               reader.diagnostics());
  }
}

void read_assignments(ObjectReader& reader, Lists& lists) {
  std::map<std::string, std::string> assignments;
  reader.read("server_group_assignments", assignments);
  const JsonNode* node = reader.object().find("server_group_assignments");
  if (node != nullptr && node->is(JsonKind::object)) lists.assignments = node;
  for (auto& [server, group] : assignments) {
    if (!group.empty()) lists.sources.assignments.emplace(server, std::move(group));
  }
}

const JsonNode* server_list(ObjectReader& reader) {
  const JsonNode* servers = reader.take("mcpServers");
  const JsonNode* other = reader.take("servers");
  if (servers != nullptr && other != nullptr) {
    reader.error(*other, "\"mcpServers\" is given too", "move these entries into \"mcpServers\"");
  }
  const JsonNode* node = servers != nullptr ? servers : other;
  if (node == nullptr) return nullptr;
  if (!node->is(JsonKind::array) && !node->is(JsonKind::object)) {
    reader.error(*node, fmt::format("must be a list or an object, but is {}", describe(node->kind)),
                 "write [{\"name\": \"...\", \"command\": \"...\"}]");
    return nullptr;
  }
  if (node->children.size() > kServersMax) {
    reader.error(*node,
                 fmt::format("holds {} servers, more than {}", node->children.size(), kServersMax),
                 "use a second daemon for the rest");
    return nullptr;
  }
  return node;
}

void read_servers(ObjectReader& reader, Lists& lists, Config& config) {
  const JsonNode* list = server_list(reader);
  if (list == nullptr) return;
  config.servers.reserve(list->children.size());
  for (std::size_t i = 0; i < list->children.size(); ++i) {
    const JsonNode& node = list->children[i];
    std::string path = node.key_span.size() > 0 ? fmt::format("{}.{}", list->key, node.key)
                                                : fmt::format("{}[{}]", list->key, i);
    ServerConfig server = read_server(node, node.key, path, lists.sources, reader.diagnostics());
    if (server.name.empty()) continue;
    const auto [found, is_new] = lists.servers.emplace(server.name, Place{&node, path});
    if (!is_new) {
      const JsonNode* name = node.find("name");
      reader.diagnostics().error(
          (name == nullptr ? node : *name).value.begin, path + ".name",
          fmt::format("a server \"{}\" stands further up already", server.name),
          "rename or remove one of the two");
      continue;
    }
    config.servers.push_back(std::move(server));
  }
}

void add_implicit_group(const std::string& name, Config& config, Lists& lists) {
  lists.groups.emplace(name, Place{nullptr, ""});
  GroupConfig group;
  group.name = name;
  group.declared = false;
  config.groups.push_back(std::move(group));
}

constexpr std::string_view kDeclareGroup = "declare it in \"groups\", or correct the name";

std::string implicit_message(std::string_view group) {
  return fmt::format("no group \"{}\" is declared; it exists implicitly", group);
}

void resolve_parents(Lists& lists, Config& config, Diagnostics& diagnostics) {
  const std::size_t declared = config.groups.size();
  for (std::size_t i = 0; i < declared; ++i) {
    const std::string parent = config.groups[i].parent;
    if (parent.empty()) continue;
    const Place place = lists.groups.find(config.groups[i].name)->second;
    const std::size_t offset = place.node->find("parent")->value.begin;
    const std::string path = place.path + ".parent";
    if (!is_group_name(parent)) {
      diagnostics.error(offset, path, fmt::format("\"{}\" cannot be the name of a group", parent),
                        std::string(kGroupNameRule));
    } else if (!lists.groups.contains(parent)) {
      diagnostics.warning(offset, path, implicit_message(parent), std::string(kDeclareGroup));
      add_implicit_group(parent, config, lists);
    }
  }
}

void resolve_memberships(Lists& lists, Config& config, Diagnostics& diagnostics) {
  for (const ServerConfig& server : config.servers) {
    for (const std::string& group : server.groups) {
      if (lists.groups.contains(group)) continue;
      const Place& place = lists.servers.find(server.name)->second;
      diagnostics.warning(place.node->value.begin, place.path, implicit_message(group),
                          std::string(kDeclareGroup));
      add_implicit_group(group, config, lists);
    }
  }
  if (lists.assignments == nullptr) return;
  for (const JsonNode& assignment : lists.assignments->children) {
    if (lists.servers.contains(assignment.key)) continue;
    diagnostics.warning(
        assignment.key_span.begin, fmt::format("server_group_assignments.{}", assignment.key),
        fmt::format("no server is called \"{}\"", assignment.key), "remove the line");
  }
}

void check_parents(const Lists& lists, const Config& config, Diagnostics& diagnostics) {
  std::map<std::string_view, std::string_view> parent_of;
  for (const GroupConfig& group : config.groups) parent_of.emplace(group.name, group.parent);
  std::set<std::string_view> settled;
  for (const GroupConfig& group : config.groups) {
    std::vector<std::string_view> trail;
    std::string_view at = group.name;
    while (!at.empty() && settled.insert(at).second) {
      trail.push_back(at);
      const auto up = parent_of.find(at);
      at = up == parent_of.end() ? std::string_view() : up->second;
    }
    const auto loop = std::find(trail.begin(), trail.end(), at);
    if (loop == trail.end()) continue;
    std::string circle;
    for (auto step = loop; step != trail.end(); ++step) circle += fmt::format("{} -> ", *step);
    const Place& place = lists.groups.find(*loop)->second;
    diagnostics.error(place.node->find("parent")->value.begin, place.path + ".parent",
                      fmt::format("the groups form a circle: {}{}", circle, *loop),
                      "remove one \"parent\" of the circle");
  }
}

// The later one is told: it is the one that was added.
template <class Entries, class Places>
void warn_of_look_alikes(const LookAlikes& alike, const Entries& entries, const Places& places,
                         Diagnostics& diagnostics) {
  std::set<std::string_view> before;
  for (const auto& entry : entries) {
    const auto other = alike.find(entry.name);
    const auto place = places.find(entry.name);
    if (other != alike.end() && before.contains(other->second) && place != places.end()) {
      diagnostics.warning(place->second.node->value.begin, place->second.path,
                          look_alike_message(other->second), std::string(kLookAlikeRemedy));
    }
    before.insert(entry.name);
  }
}

void read_root(const JsonNode& root, Config& config, Diagnostics& diagnostics) {
  ObjectReader reader(root, "", diagnostics);
  Lists lists;
  read_settings(reader, config);
  read_groups(reader, lists, config);
  read_assignments(reader, lists);
  read_servers(reader, lists, config);
  reader.take("$schema");
  reader.report_unused();
  resolve_parents(lists, config, diagnostics);
  resolve_memberships(lists, config, diagnostics);
  check_parents(lists, config, diagnostics);
  warn_of_look_alikes(server_look_alikes(config), config.servers, lists.servers, diagnostics);
  warn_of_look_alikes(group_look_alikes(config), config.groups, lists.groups, diagnostics);
}

}  // namespace

ParseOutcome parse(std::string_view text, const ParseOptions& options) {
  Diagnostics diagnostics(text, options.unknown);
  const std::variant<JsonNode, JsonError> tree = parse_spanned_json(text);
  Config config;
  if (const JsonError* error = std::get_if<JsonError>(&tree)) {
    diagnostics.error(error->offset, "", error->message, error->remedy);
  } else if (const JsonNode& root = std::get<JsonNode>(tree); !root.is(JsonKind::object)) {
    diagnostics.error(
        root.value.begin, "",
        fmt::format("the file must hold an object, but holds {}", describe(root.kind)),
        "write {\"mcpServers\": {...}}");
  } else {
    read_root(root, config, diagnostics);
  }
  const bool refused = diagnostics.has_errors();
  ParseOutcome outcome;
  outcome.diagnostics = diagnostics.take();
  if (!refused) outcome.config = std::move(config);
  return outcome;
}

base::Result<Config> config_or_error(ParseOutcome outcome) {
  if (outcome.config) return std::move(*outcome.config);
  std::string message;
  for (const Diagnostic& diagnostic : outcome.diagnostics) {
    if (diagnostic.severity != Severity::error) continue;
    if (!message.empty()) message += '\n';
    message += one_line(diagnostic);
  }
  return base::Error{base::ErrorCode::config_invalid, std::move(message),
                     "Correct the file; `mcptrunk config check` lists everything."};
}

}  // namespace proxy::config
