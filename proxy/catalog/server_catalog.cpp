#include "proxy/catalog/server_catalog.h"

#include <algorithm>

#include "protocol/flat_name.h"

namespace proxy::catalog {
namespace {

constexpr std::size_t kComplaintsMax = 100;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A line break outside of a string would end a line or an SSE field; inside strings JSON has none.
void blank_line_breaks(std::string& json) {
  std::replace_if(
      json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

std::string_view noun(ListKind kind) {
  switch (kind) {
    case ListKind::tools:
      return "tool";
    case ListKind::prompts:
      return "prompt";
    case ListKind::resources:
      return "resource";
    case ListKind::resource_templates:
      break;
  }
  return "resource template";
}

template <class Items>
const typename Items::value_type* at_position(
    const Items& items, const std::unordered_map<std::string_view, std::size_t>& positions,
    std::string_view key) {
  const auto found = positions.find(key);
  return found == positions.end() ? nullptr : &items[found->second];
}

std::string_view key_of(const Tool& tool) {
  return tool.name;
}
std::string_view key_of(const Prompt& prompt) {
  return prompt.name;
}
std::string_view key_of(const Resource& resource) {
  return resource.uri;
}

// `find` looks an item up in either generation, null when there is none.
template <class Item, class Find>
ListDifference difference_of(std::span<const Item> before, std::span<const Item> after, Find find) {
  ListDifference result;
  for (const Item& item : after) {
    const Item* old = find(/*in_after=*/false, key_of(item));
    if (old == nullptr) {
      result.added.emplace_back(key_of(item));
    } else if (old->json != item.json) {
      result.changed.emplace_back(key_of(item));
    }
  }
  for (const Item& item : before) {
    if (find(/*in_after=*/true, key_of(item)) == nullptr) result.removed.emplace_back(key_of(item));
  }
  return result;
}

// One kind of both generations: `items` lists it, `find` finds in it.
template <class Item>
ListDifference compare(const ServerCatalog* before, const ServerCatalog* after,
                       std::span<const Item> (ServerCatalog::*items)() const,
                       const Item* (ServerCatalog::*find)(std::string_view) const) {
  const auto all = [&](const ServerCatalog* generation) {
    return generation == nullptr ? std::span<const Item>() : (generation->*items)();
  };
  return difference_of<Item>(all(before), all(after), [&](bool in_after, std::string_view key) {
    const ServerCatalog* generation = in_after ? after : before;
    return generation == nullptr ? nullptr : (generation->*find)(key);
  });
}

}  // namespace

bool ToolFilter::admits(std::string_view name) const {
  if (enabled != nullptr) return contains(*enabled, name);
  return disabled == nullptr || !contains(*disabled, name);
}

ServerCatalog::ServerCatalog(std::string server, UpstreamLists lists)
    : server_(std::move(server)),
      lists_(std::move(lists)),
      abilities_(protocol::read_server_abilities(lists_.capabilities)) {
  for (auto& pages : lists_.pages) {
    for (std::string& page : pages) blank_line_breaks(page);
  }
}

base::Result<std::shared_ptr<const ServerCatalog>> ServerCatalog::build(
    std::string server, UpstreamLists lists, const ToolFilter& filter,
    std::size_t flat_name_length_max) {
  auto catalog =
      std::shared_ptr<ServerCatalog>(new ServerCatalog(std::move(server), std::move(lists)));
  for (const ListKind kind : kAllKinds) {
    for (const std::string& page : catalog->lists_.of(kind)) {
      auto read = catalog->read(kind, page, filter, flat_name_length_max);
      if (read.ok()) continue;
      if (kind == ListKind::tools) return std::move(read).error();
      catalog->complaints_.push_back(base::one_line(read.error()));
    }
  }
  return std::shared_ptr<const ServerCatalog>(std::move(catalog));
}

base::Result<void> ServerCatalog::read(ListKind kind, const std::string& page,
                                       const ToolFilter& filter, std::size_t flat_name_length_max) {
  auto read = protocol::read_list_page(kind, page);
  if (!read) return std::move(read).error();
  if (read->left_out > 0) {
    complaints_.push_back(
        fmt::format("{} {} definitions cannot be used", read->left_out, noun(kind)));
  }
  for (const protocol::ListItem& item : read->items) {
    if (kind == ListKind::tools && !filter.admits(item.name)) continue;
    add(kind, item, flat_name_length_max);
  }
  return base::kDone;
}

bool ServerCatalog::admits(ListKind kind, std::string_view key) {
  const Positions& known = positions(kind);
  std::string complaint;
  if (known.contains(key)) {
    complaint = fmt::format("{} {} is defined twice: the first counts", noun(kind), key);
  } else if (known.size() >= kItemsMax) {
    complaint = fmt::format("{} {} is one too many", noun(kind), key);
  } else {
    return true;
  }
  if (complaints_.size() < kComplaintsMax) complaints_.push_back(std::move(complaint));
  return false;
}

void ServerCatalog::add(ListKind kind, const protocol::ListItem& item,
                        std::size_t flat_name_length_max) {
  const bool named = kind == ListKind::tools || kind == ListKind::prompts;
  const std::string& given = named ? item.name : item.uri;
  if (!admits(kind, given)) return;
  const std::string_view key = names_.emplace_back(given);
  std::string_view flat_name;
  if (named) {
    flat_name = names_.emplace_back(protocol::flat_name(server_, key, flat_name_length_max));
  }
  positions(kind).emplace(key, positions(kind).size());
  switch (kind) {
    case ListKind::tools:
      tools_.push_back({key, flat_name, item.raw, item.input_schema, item.hints.is_read_only(),
                        item.hints.is_destructive()});
      return;
    case ListKind::prompts:
      prompts_.push_back({key, flat_name, item.raw});
      return;
    case ListKind::resources:
      resources_.push_back({key, item.raw});
      return;
    case ListKind::resource_templates:
      templates_.push_back({key, item.raw});
      return;
  }
}

std::size_t ServerCatalog::count(ListKind kind) const {
  return positions(kind).size();
}

const Tool* ServerCatalog::find(std::string_view name) const {
  return at_position(tools_, positions(ListKind::tools), name);
}
const Prompt* ServerCatalog::find_prompt(std::string_view name) const {
  return at_position(prompts_, positions(ListKind::prompts), name);
}
const Resource* ServerCatalog::find_resource(std::string_view uri) const {
  return at_position(resources_, positions(ListKind::resources), uri);
}
const Resource* ServerCatalog::find_template(std::string_view uri_template) const {
  return at_position(templates_, positions(ListKind::resource_templates), uri_template);
}

bool CatalogDifference::empty() const {
  return std::all_of(lists.begin(), lists.end(),
                     [](const ListDifference& list) { return list.empty(); });
}

CatalogDifference difference(const ServerCatalog* before, const ServerCatalog* after) {
  return {{compare(before, after, &ServerCatalog::tools, &ServerCatalog::find),
           compare(before, after, &ServerCatalog::prompts, &ServerCatalog::find_prompt),
           compare(before, after, &ServerCatalog::resources, &ServerCatalog::find_resource),
           compare(before, after, &ServerCatalog::templates, &ServerCatalog::find_template)}};
}

}  // namespace proxy::catalog
