// Takes what upstreams list through the whole house: stored, indexed, in the name tables,
// announced. One generation replaces another in one loop turn. Resource.
//
// Ownership: the daemon's; everything it is given outlives it.
// Threads:   the loop thread.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "proxy/activity/tool_uses.h"
#include "proxy/catalog/catalog.h"
#include "proxy/config/config.h"
#include "proxy/downstream/list_notices.h"
#include "proxy/events/event_bus.h"
#include "search/tool_index.h"
#include "storage/store.h"
#include "upstream/fleet/fleet.h"

namespace proxy::daemon {

struct LiveCatalogParts {
  const base::Clock& clock;
  catalog::Catalog& catalog;
  search::ToolIndex& index;
  storage::Store& store;
  events::EventBus& bus;
  downstream::ListAudience& audience;
  activity::ToolUses& uses;
};

class LiveCatalog {
 public:
  explicit LiveCatalog(const LiveCatalogParts& parts) : parts_(parts) {}
  LiveCatalog(const LiveCatalog&) = delete;
  LiveCatalog& operator=(const LiveCatalog&) = delete;

  // At start: what the store has of a server, before it runs. Not stored again, not announced.
  void restore(upstream::UpstreamId id, const config::Config& config,
               const config::ServerConfig& server, storage::CatalogRecord record);
  // A new listing of a server. One that cannot be used is logged, and what was known stays.
  void take(upstream::UpstreamId id, const config::Config& config,
            const config::ServerConfig& server, upstream::Listing listing);
  // Configuration of the server changed: its filters and search texts apply to what is known.
  void refresh(upstream::UpstreamId id, const config::Config& config,
               const config::ServerConfig& server);
  // The server is gone from the configuration.
  void forget(upstream::UpstreamId id, const std::string& server);

  // A server's state changed: whether its tools are shown and how they rank follows.
  void set_state(upstream::UpstreamId id, std::string_view server, upstream::State state);

  std::uint64_t generation(upstream::UpstreamId id) const;

 private:
  storage::CatalogRecord& record(upstream::UpstreamId id);
  // Builds, indexes and links a generation; false, and nothing changed, when its tools cannot be
  // used.
  bool install(upstream::UpstreamId id, const config::Config& config,
               const config::ServerConfig& server, catalog::UpstreamLists lists,
               catalog::CatalogDifference& difference);
  // Tells the clients whose lists have changed. REQUIRES: the server is visible, or was.
  void tell(upstream::UpstreamId id, const catalog::CatalogDifference& difference);

  LiveCatalogParts parts_;
  std::vector<std::unique_ptr<storage::CatalogRecord>>
      records_;  // by UpstreamId, without pages (the catalog has them); null: never listed
};

}  // namespace proxy::daemon
