// One generation of what one upstream offers: its tools, prompts, resources and resource templates,
// as the upstream defined them. Value that never changes; shared by whoever answers from it, also
// while a newer generation is in place already.
//
// Ownership: holds the only copy of the definitions' JSON; everything else is views into it.
// Threads:   the loop thread.
// Limits:    kItemsMax items of a kind; a definition without a usable name or URI, or with one that
//            repeats, is left out and reported.
// Cost:      build() is linear in the JSON; find..() one hash lookup.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "protocol/handshake.h"
#include "protocol/lists.h"

namespace proxy::catalog {

using protocol::ListKind;
inline constexpr std::size_t kListKinds = 4;
inline constexpr std::array kAllKinds{ListKind::tools, ListKind::prompts, ListKind::resources,
                                      ListKind::resource_templates};

struct Tool {
  std::string_view name;          // the upstream's own
  std::string_view flat_name;     // as it stands on surfaces that join servers
  std::string_view json;          // the definition, verbatim but for line breaks outside of strings
  std::string_view input_schema;  // raw object; empty when there is none
  bool read_only = false;         // as the upstream says; MCP's defaults where it is silent
  bool destructive = true;
};

struct Prompt {
  std::string_view name;
  std::string_view flat_name;
  std::string_view json;
};

// A resource, or a template: then `uri` holds its expressions.
struct Resource {
  std::string_view uri;
  std::string_view json;
};

// Which tools of a server the user wants.
struct ToolFilter {
  // Names; `enabled` absent means all but the disabled ones.
  const std::vector<std::string>* enabled = nullptr;
  const std::vector<std::string>* disabled = nullptr;
  bool admits(std::string_view name) const;
};

// What an upstream said: the results of its list requests, verbatim, by ListKind; and the raw
// capabilities object of its handshake.
struct UpstreamLists {
  std::array<std::vector<std::string>, kListKinds> pages;
  std::string capabilities;
  const std::vector<std::string>& of(ListKind kind) const {
    return pages[static_cast<std::size_t>(kind)];
  }
};

class ServerCatalog {
 public:
  static constexpr std::size_t kItemsMax = 10'000;

  // Fails when a page of tools is no list of tools; other pages like that are reported.
  static base::Result<std::shared_ptr<const ServerCatalog>> build(std::string server,
                                                                  UpstreamLists lists,
                                                                  const ToolFilter& filter,
                                                                  std::size_t flat_name_length_max);

  ServerCatalog(const ServerCatalog&) = delete;
  ServerCatalog& operator=(const ServerCatalog&) = delete;

  const std::string& server() const { return server_; }
  std::span<const Tool> tools() const { return tools_; }
  std::span<const Prompt> prompts() const { return prompts_; }
  std::span<const Resource> resources() const { return resources_; }
  std::span<const Resource> templates() const { return templates_; }
  std::size_t count(ListKind kind) const;
  // Null when the server has none of that name or URI.
  const Tool* find(std::string_view name) const;
  const Prompt* find_prompt(std::string_view name) const;
  const Resource* find_resource(std::string_view uri) const;
  const Resource* find_template(std::string_view uri_template) const;

  const UpstreamLists& lists() const { return lists_; }
  const protocol::ServerAbilities& abilities() const { return abilities_; }
  // What build() left out, in plain sentences.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  using Positions = std::unordered_map<std::string_view, std::size_t>;

  ServerCatalog(std::string server, UpstreamLists lists);
  base::Result<void> read(ListKind kind, const std::string& page, const ToolFilter& filter,
                          std::size_t flat_name_length_max);
  // Whether there is room for one more of its kind, and none of that name yet.
  bool admits(ListKind kind, std::string_view key);
  void add(ListKind kind, const protocol::ListItem& item, std::size_t flat_name_length_max);
  Positions& positions(ListKind kind) { return positions_[static_cast<std::size_t>(kind)]; }
  const Positions& positions(ListKind kind) const {
    return positions_[static_cast<std::size_t>(kind)];
  }

  std::string server_;
  UpstreamLists lists_;
  protocol::ServerAbilities abilities_;
  std::deque<std::string> names_;  // own and flat names, URIs
  std::vector<Tool> tools_;
  std::vector<Prompt> prompts_;
  std::vector<Resource> resources_;
  std::vector<Resource> templates_;
  std::array<Positions, kListKinds> positions_;
  std::vector<std::string> complaints_;
};

// What changed from one generation to the next, by name or URI, for one kind of list.
struct ListDifference {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;
  bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
};

struct CatalogDifference {
  std::array<ListDifference, kListKinds> lists;
  const ListDifference& of(ListKind kind) const { return lists[static_cast<std::size_t>(kind)]; }
  bool empty() const;
};
// Either may be null: it offers nothing.
CatalogDifference difference(const ServerCatalog* before, const ServerCatalog* after);

}  // namespace proxy::catalog
