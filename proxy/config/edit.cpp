#include "proxy/config/edit.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/shell_word.h"
#include "proxy/config/edit_config.h"
#include "proxy/config/edit_context.h"
#include "proxy/config/edit_groups.h"
#include "proxy/config/groups.h"
#include "proxy/config/parser.h"
#include "proxy/config/server_json.h"
#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error no_server(std::string_view name) {
  return {ErrorCode::not_found,
          fmt::format("There is no server \"{}\" in the configuration.", name),
          "`mcptrunk servers list` shows which exist."};
}

Result<void> apply(EditContext& context, const SetServerMode& edit) {
  for (const std::string& name : std::set<std::string>(edit.servers.begin(), edit.servers.end())) {
    const JsonNode* node = context.server(name);
    if (node == nullptr) return no_server(name);
    const ServerConfig& current = *context.config.find_server(name);
    ServerConfig wanted = current;
    set_mode(wanted, edit.mode);
    if (wanted != current) write_mode(context, *node, wanted);
  }
  return base::kDone;
}

// The entry as the object form holds it: the name is the key.
std::string without_name(const ServerConfig& server) {
  const std::string json = to_json(server);
  const auto tree = parse_spanned_json(json);
  const JsonNode& root = std::get<JsonNode>(tree);
  JsonPatch patch(json, root);
  patch.remove_member(root, "name");
  return patch.apply();
}

Result<void> apply(EditContext& context, const AddServer& edit) {
  const std::string& name = edit.server.name;
  if (context.server(name) != nullptr) {
    return Error{ErrorCode::already_exists, fmt::format("There is a server \"{}\" already.", name),
                 "Choose another name, or change the existing server."};
  }
  const JsonNode* list = context.server_list();
  if (list == nullptr) {
    context.patch.set_member(context.root, "mcpServers",
                             fmt::format("{{{}: {}}}", json_of(name), without_name(edit.server)));
  } else if (list->is(JsonKind::array)) {
    context.patch.append_item(*list, to_json(edit.server));
  } else {
    context.patch.append_member(*list, name, without_name(edit.server));
  }
  return base::kDone;
}

Result<void> apply(EditContext& context, const UpdateServer& edit) {
  const JsonNode* node = context.server(edit.server.name);
  if (node == nullptr) return no_server(edit.server.name);
  const ServerConfig& current = *context.config.find_server(edit.server.name);
  write_differences(context, *node, to_json(current), to_json(edit.server),
                    {"name", "startup_mode", "enabled", "quarantined", "groups"});
  if (current.startup_mode != edit.server.startup_mode ||
      current.lazy_when_released != edit.server.lazy_when_released) {
    write_mode(context, *node, edit.server);
  }
  if (current.groups != edit.server.groups) write_groups(context, current, edit.server.groups);
  return base::kDone;
}

Error changed(std::string_view what, std::string_view name) {
  return {
      ErrorCode::config_changed,
      fmt::format("The {} \"{}\" was changed by somebody else; nothing was written.", what, name),
      "Look at it as it is now and try again."};
}

Result<void> apply(EditContext& context, const PatchServer& edit) {
  if (context.server(edit.server) == nullptr) return no_server(edit.server);
  const ServerConfig& current = *context.config.find_server(edit.server);
  if (edit.if_match && *edit.if_match != entry_hash(current)) return changed("server", edit.server);
  Result<ServerConfig> next = patched_server(current, edit.patch);
  if (!next) return next.error();
  if (current.startup_mode == StartupMode::quarantined &&
      next->startup_mode != StartupMode::quarantined) {
    return needs_approval(edit.server);
  }
  for (const std::string& group : next->groups) {
    if (context.config.find_group(group) == nullptr) return no_group(context.config, group);
  }
  return apply(context, UpdateServer{std::move(next).value()});
}

Result<void> apply(EditContext& context, const RemoveServer& edit) {
  const JsonNode* node = context.server(edit.server);
  if (node == nullptr) return no_server(edit.server);
  if (edit.if_match && *edit.if_match != entry_hash(*context.config.find_server(edit.server))) {
    return changed("server", edit.server);
  }
  const JsonNode* list = context.server_list();
  context.patch.remove(*list, static_cast<std::size_t>(node - list->children.data()));
  const JsonNode* assignments = context.assignments();
  if (assignments != nullptr) context.patch.remove_member(*assignments, edit.server);
  return base::kDone;
}

}  // namespace

ContentHash entry_hash(const ServerConfig& server) {
  return content_hash(to_json(server));
}

Error needs_approval(std::string_view server) {
  return {ErrorCode::server_quarantined, fmt::format("server {} is quarantined", server),
          fmt::format("look at it with: mcptrunk servers show {0}; then release it with: "
                      "mcptrunk servers approve {0}",
                      base::shell_word(server))};
}

Result<std::string> apply_edit(std::string_view text, const Edit& edit) {
  const Result<Config> config = config_or_error(parse(text));
  if (!config) return config.error();
  const auto tree = parse_spanned_json(text);
  const JsonNode& root = std::get<JsonNode>(tree);
  JsonPatch patch(text, root);
  EditContext context{root, *config, patch};
  const Result<void> done =
      std::visit([&](const auto& typed) -> Result<void> { return apply(context, typed); }, edit);
  if (!done) return done.error();
  return patch.apply();
}

}  // namespace proxy::config
