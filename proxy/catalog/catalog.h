// What all upstreams offer at this moment: the newest generation of each, and the tables that turn
// a name into a target. Resource.
//
// Ownership: the daemon's; generations are shared with whoever still answers from an old one.
// Threads:   the loop thread.
// Cost:      find..() are one or two hash lookups; put() is linear in one server's lists; who owns
//            a URI that nobody lists is found by trying all templates.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proxy/catalog/server_catalog.h"
#include "proxy/catalog/view.h"
#include "upstream/fleet/upstream_spec.h"

namespace proxy::catalog {

// Who is called for a name. Pointers live as long as the generation: until the next put() of that
// server.
struct Target {
  upstream::UpstreamId upstream = 0;
  const ServerCatalog* server = nullptr;
  const Tool* tool = nullptr;
};

struct PromptTarget {
  upstream::UpstreamId upstream = 0;
  const ServerCatalog* server = nullptr;
  const Prompt* prompt = nullptr;
};

class Catalog {
 public:
  // `first_epoch` is above every epoch of earlier runs, so that what was handed out then is
  // recognised.
  explicit Catalog(std::uint64_t first_epoch = 1) { epochs_.fill(first_epoch); }
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // Replaces the server's generation; returns what changed. A flat name that another server holds
  // already stays with that one and is added to collisions().
  CatalogDifference put(upstream::UpstreamId id, std::shared_ptr<const ServerCatalog> generation);
  CatalogDifference remove(upstream::UpstreamId id);

  // Whether what the server offers stands on surfaces and is found by flat name or URI; find() sees
  // it always, since a call to a held server deserves a better answer than "unknown". Returns true
  // when that changed any list. A server is visible at first.
  bool set_visible(upstream::UpstreamId id, bool visible);
  bool visible(upstream::UpstreamId id) const;

  // Which tools the user wants of a server, by name: those of `enabled`, or all but `disabled`.
  // Holds also before the server was ever listed, when any name is passed on to it.
  void set_wanted(upstream::UpstreamId id, std::optional<std::vector<std::string>> enabled,
                  std::vector<std::string> disabled);
  bool wants(upstream::UpstreamId id, std::string_view tool) const;

  // "server:tool". Server names hold no colon, so the first one parts them.
  std::optional<Target> find(std::string_view id) const;
  std::optional<Target> find(std::string_view server, std::string_view tool) const;
  std::optional<Target> find_flat(std::string_view flat_name) const;
  std::optional<PromptTarget> find_flat_prompt(std::string_view flat_name) const;

  // The visible servers of `scope` that a URI belongs to: those that list it; when none does, those
  // with a template that it fits. And those that list a template, by its text.
  std::vector<upstream::UpstreamId> owners_of_uri(std::string_view uri, const Scope& scope) const;
  std::vector<upstream::UpstreamId> owners_of_template(std::string_view uri_template,
                                                       const Scope& scope) const;
  // What a server's URI or template is called on surfaces that join servers: itself when it belongs
  // to that server alone, else protocol::join_uri(), which stays good whatever others list.
  std::string shown_uri(upstream::UpstreamId id, std::string_view uri) const;
  std::string shown_template(upstream::UpstreamId id, std::string_view uri_template) const;

  // Null when nothing is known of the server.
  const ServerCatalog* server(upstream::UpstreamId id) const;
  // Servers with a generation, by name.
  const std::map<std::string, upstream::UpstreamId, std::less<>>& servers() const {
    return by_server_;
  }

  std::size_t tool_count() const { return tool_count_; }  // of all servers
  std::size_t visible_tool_count() const;                 // of visible ones
  // "a:x has the same flat name as b:y (..)": what the tables could not hold; as of the last
  // change.
  const std::set<std::string>& collisions() const { return collisions_; }

  // Grows with every change of what is visible of that kind: what was made of an older epoch is out
  // of date.
  std::uint64_t epoch(ListKind kind) const { return epochs_[static_cast<std::size_t>(kind)]; }
  // What is visible to some changed without a change here: the members of a group.
  void advance_epoch() {
    for (std::uint64_t& epoch : epochs_) ++epoch;
  }

 private:
  struct Entry {
    std::shared_ptr<const ServerCatalog> generation;
    bool visible = true;
    std::optional<std::vector<std::string>> enabled_tools;
    std::vector<std::string> disabled_tools;
  };
  using UriOwners = std::unordered_multimap<std::string_view, upstream::UpstreamId>;

  Entry& entry(upstream::UpstreamId id);
  std::string shown(upstream::UpstreamId id, std::string_view uri,
                    const std::vector<upstream::UpstreamId>& owners) const;
  void link(upstream::UpstreamId id);
  void unlink(upstream::UpstreamId id);

  std::vector<Entry> entries_;  // by UpstreamId
  std::map<std::string, upstream::UpstreamId, std::less<>> by_server_;
  std::unordered_map<std::string_view, Target> by_flat_name_;
  std::unordered_map<std::string_view, PromptTarget> by_flat_prompt_;
  UriOwners by_uri_;
  UriOwners by_template_;
  std::set<std::string> collisions_;
  std::size_t tool_count_ = 0;
  std::array<std::uint64_t, kListKinds> epochs_{};
};

}  // namespace proxy::catalog
