#include "proxy/catalog/catalog.h"

#include <algorithm>

#include "protocol/joined_uri.h"
#include "protocol/uri_template.h"

namespace proxy::catalog {

using upstream::UpstreamId;

Catalog::Entry& Catalog::entry(UpstreamId id) {
  if (id >= entries_.size()) entries_.resize(id + std::size_t{1});
  return entries_[id];
}

void Catalog::link(UpstreamId id) {
  const Entry& linked = entry(id);
  if (!linked.visible || linked.generation == nullptr) return;
  const ServerCatalog& generation = *linked.generation;
  const auto note_collision = [&](std::string_view name, std::string_view flat_name,
                                  const ServerCatalog& other, std::string_view other_name) {
    collisions_.insert(fmt::format("{}:{} has the same flat name as {}:{} ({})",
                                   generation.server(), name, other.server(), other_name,
                                   flat_name));
  };
  for (const Tool& tool : generation.tools()) {
    const auto [found, added] =
        by_flat_name_.emplace(tool.flat_name, Target{id, &generation, &tool});
    const Target& holder = found->second;
    if (!added) note_collision(tool.name, tool.flat_name, *holder.server, holder.tool->name);
  }
  for (const Prompt& prompt : generation.prompts()) {
    const auto [found, added] =
        by_flat_prompt_.emplace(prompt.flat_name, PromptTarget{id, &generation, &prompt});
    const PromptTarget& holder = found->second;
    if (!added) note_collision(prompt.name, prompt.flat_name, *holder.server, holder.prompt->name);
  }
  for (const Resource& resource : generation.resources()) by_uri_.emplace(resource.uri, id);
  for (const Resource& entry : generation.templates()) by_template_.emplace(entry.uri, id);
}

void Catalog::unlink(UpstreamId id) {
  const Entry& unlinked = entry(id);
  if (unlinked.generation == nullptr) return;
  const auto erase_name = [id](auto& table, std::string_view name) {
    const auto found = table.find(name);
    if (found != table.end() && found->second.upstream == id) table.erase(found);
  };
  const auto erase_uri = [id](UriOwners& owners, std::string_view uri) {
    const auto [first, last] = owners.equal_range(uri);
    const auto own =
        std::find_if(first, last, [id](const auto& owner) { return owner.second == id; });
    if (own != last) owners.erase(own);
  };
  for (const Tool& tool : unlinked.generation->tools()) erase_name(by_flat_name_, tool.flat_name);
  for (const Prompt& prompt : unlinked.generation->prompts()) {
    erase_name(by_flat_prompt_, prompt.flat_name);
  }
  for (const Resource& resource : unlinked.generation->resources())
    erase_uri(by_uri_, resource.uri);
  for (const Resource& entry : unlinked.generation->templates()) erase_uri(by_template_, entry.uri);
}

CatalogDifference Catalog::put(UpstreamId id, std::shared_ptr<const ServerCatalog> generation) {
  Entry& changed = entry(id);
  const std::shared_ptr<const ServerCatalog> before = changed.generation;
  CatalogDifference result = difference(before.get(), generation.get());
  unlink(id);
  if (before != nullptr) {
    tool_count_ -= before->tools().size();
    by_server_.erase(before->server());
  }
  changed.generation = std::move(generation);
  if (changed.generation != nullptr) {
    tool_count_ += changed.generation->tools().size();
    by_server_[changed.generation->server()] = id;
  }
  link(id);
  for (std::size_t kind = 0; kind < kListKinds; ++kind) {
    if (changed.visible && !result.lists[kind].empty()) ++epochs_[kind];
  }
  return result;
}

CatalogDifference Catalog::remove(UpstreamId id) {
  return put(id, nullptr);
}

bool Catalog::set_visible(UpstreamId id, bool visible) {
  Entry& changed = entry(id);
  if (changed.visible == visible) return false;
  unlink(id);
  changed.visible = visible;
  link(id);
  bool any = false;
  for (const ListKind kind : kAllKinds) {
    if (changed.generation == nullptr || changed.generation->count(kind) == 0) continue;
    ++epochs_[static_cast<std::size_t>(kind)];
    any = true;
  }
  return any;
}

bool Catalog::visible(UpstreamId id) const {
  return id < entries_.size() && entries_[id].visible;
}

void Catalog::set_wanted(UpstreamId id, std::optional<std::vector<std::string>> enabled,
                         std::vector<std::string> disabled) {
  Entry& changed = entry(id);
  changed.enabled_tools = std::move(enabled);
  changed.disabled_tools = std::move(disabled);
}

bool Catalog::wants(UpstreamId id, std::string_view tool) const {
  if (id >= entries_.size()) return true;
  const Entry& asked = entries_[id];
  const ToolFilter filter{asked.enabled_tools ? &*asked.enabled_tools : nullptr,
                          &asked.disabled_tools};
  return filter.admits(tool);
}

std::optional<Target> Catalog::find(std::string_view id) const {
  const std::size_t colon = id.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return find(id.substr(0, colon), id.substr(colon + 1));
}

std::optional<Target> Catalog::find(std::string_view server, std::string_view tool) const {
  const auto found = by_server_.find(server);
  if (found == by_server_.end()) return std::nullopt;
  const ServerCatalog* generation = entries_[found->second].generation.get();
  const Tool* entry = generation->find(tool);
  if (entry == nullptr) return std::nullopt;
  return Target{found->second, generation, entry};
}

std::optional<Target> Catalog::find_flat(std::string_view flat_name) const {
  const auto found = by_flat_name_.find(flat_name);
  if (found == by_flat_name_.end()) return std::nullopt;
  return found->second;
}

std::optional<PromptTarget> Catalog::find_flat_prompt(std::string_view flat_name) const {
  const auto found = by_flat_prompt_.find(flat_name);
  if (found == by_flat_prompt_.end()) return std::nullopt;
  return found->second;
}

std::vector<UpstreamId> Catalog::owners_of_template(std::string_view uri_template,
                                                    const Scope& scope) const {
  std::vector<UpstreamId> owners;
  const auto [first, last] = by_template_.equal_range(uri_template);
  for (auto at = first; at != last; ++at) {
    if (scope.contains(at->second)) owners.push_back(at->second);
  }
  return owners;
}

std::vector<UpstreamId> Catalog::owners_of_uri(std::string_view uri, const Scope& scope) const {
  std::vector<UpstreamId> owners;
  const auto [first, last] = by_uri_.equal_range(uri);
  for (auto at = first; at != last; ++at) {
    if (scope.contains(at->second)) owners.push_back(at->second);
  }
  if (!owners.empty()) return owners;
  for (const auto& [server, id] : by_server_) {
    if (!visible(id) || !scope.contains(id)) continue;
    const auto templates = entries_[id].generation->templates();
    const bool fits = std::any_of(templates.begin(), templates.end(), [&](const Resource& entry) {
      return protocol::matches_template(entry.uri, uri);
    });
    if (fits) owners.push_back(id);
  }
  return owners;
}

std::string Catalog::shown(UpstreamId id, std::string_view uri,
                           const std::vector<UpstreamId>& owners) const {
  const bool own = owners.size() == 1 && owners.front() == id;
  // What looks like one of ours would lead elsewhere.
  if (own && !protocol::split_joined_uri(uri)) return std::string(uri);
  const ServerCatalog* generation = server(id);
  return generation == nullptr ? std::string(uri) : protocol::join_uri(generation->server(), uri);
}

std::string Catalog::shown_uri(UpstreamId id, std::string_view uri) const {
  return shown(id, uri, owners_of_uri(uri, Scope::all()));
}

std::string Catalog::shown_template(UpstreamId id, std::string_view uri_template) const {
  return shown(id, uri_template, owners_of_template(uri_template, Scope::all()));
}

const ServerCatalog* Catalog::server(UpstreamId id) const {
  return id < entries_.size() ? entries_[id].generation.get() : nullptr;
}

std::size_t Catalog::visible_tool_count() const {
  std::size_t count = 0;
  for (const Entry& counted : entries_) {
    if (counted.visible && counted.generation != nullptr)
      count += counted.generation->tools().size();
  }
  return count;
}

}  // namespace proxy::catalog
