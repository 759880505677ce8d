#include "proxy/daemon/live_catalog.h"

#include "base/log.h"
#include "proxy/daemon/record_conversion.h"

namespace proxy::daemon {
namespace {

using upstream::State;
using upstream::UpstreamId;

constexpr std::string_view kLog = "catalog";

search::Availability availability_of(State state) {
  switch (state) {
    case State::disabled:
    case State::quarantined:
      return search::Availability::hidden;
    case State::ready:
      return search::Availability::ready;
    case State::unconfigured:
    case State::backoff:
    case State::login_required:
    case State::auto_disabled:
      return search::Availability::failing;
    case State::idle:
    case State::queued:
    case State::connecting:
    case State::stopping:
      break;
  }
  return search::Availability::startable;
}

// On surfaces that list tools stand those that can be called: running, or started by the call. A
// server that failed a moment ago stays, so that the list does not flicker with every restart.
bool is_listed(State state) {
  switch (state) {
    case State::disabled:
    case State::quarantined:
    case State::unconfigured:
    case State::auto_disabled:
      return false;
    case State::idle:
    case State::queued:
    case State::connecting:
    case State::ready:
    case State::backoff:
    case State::login_required:
    case State::stopping:
      break;
  }
  return true;
}

search::ServerDocument server_document(const config::ServerConfig& server) {
  search::ServerDocument document{server.name, server.description, server.tags};
  document.tags.insert(document.tags.end(), server.groups.begin(), server.groups.end());
  return document;
}

catalog::ToolFilter filter_of(const config::ServerConfig& server) {
  return {server.enabled_tools ? &*server.enabled_tools : nullptr, &server.disabled_tools};
}

events::CatalogChanged changed_event(const config::ServerConfig& server, std::uint64_t generation,
                                     const catalog::CatalogDifference& difference) {
  events::CatalogChanged event{server.name, server.groups, generation, 0, 0, 0};
  for (const catalog::ListDifference& list : difference.lists) {
    event.added += static_cast<std::uint32_t>(list.added.size());
    event.removed += static_cast<std::uint32_t>(list.removed.size());
    event.changed += static_cast<std::uint32_t>(list.changed.size());
  }
  return event;
}

}  // namespace

storage::CatalogRecord& LiveCatalog::record(UpstreamId id) {
  if (id >= records_.size()) records_.resize(id + std::size_t{1});
  if (records_[id] == nullptr) records_[id] = std::make_unique<storage::CatalogRecord>();
  return *records_[id];
}

std::uint64_t LiveCatalog::generation(UpstreamId id) const {
  return id < records_.size() && records_[id] != nullptr ? records_[id]->generation : 0;
}

bool LiveCatalog::install(UpstreamId id, const config::Config& config,
                          const config::ServerConfig& server, catalog::UpstreamLists lists,
                          catalog::CatalogDifference& difference) {
  auto built = catalog::ServerCatalog::build(server.name, std::move(lists), filter_of(server),
                                             config.tool_name_length_max);
  if (!built) {
    base::log::warn(kLog, "{}: its tool list is not used: {}", server.name,
                    base::one_line(built.error()));
    return false;
  }
  for (const std::string& complaint : (*built)->complaints()) {
    base::log::warn(kLog, "{}: {}", server.name, complaint);
  }
  const auto indexed = parts_.index.replace(server_document(server), documents_of(**built));
  if (!indexed) {
    base::log::warn(kLog, "{}: its tools are not indexed: {}", server.name,
                    base::one_line(indexed.error()));
    return false;
  }
  parts_.uses.apply(id);
  difference = parts_.catalog.put(id, std::move(built).value());
  return true;
}

void LiveCatalog::restore(UpstreamId id, const config::Config& config,
                          const config::ServerConfig& server, storage::CatalogRecord stored) {
  catalog::UpstreamLists lists = take_lists(stored);
  record(id) = std::move(stored);
  catalog::CatalogDifference difference;
  (void)install(id, config, server, std::move(lists), difference);
}

void LiveCatalog::take(UpstreamId id, const config::Config& config,
                       const config::ServerConfig& server, upstream::Listing listing) {
  storage::CatalogRecord next = record(id);
  next.server = server.name;
  next.listed_at = parts_.clock.wall_now();
  ++next.generation;
  if (const auto* known = parts_.catalog.server(id)) put_lists(next, known->lists());
  merge_listing(next, std::move(listing));
  storage::Batch batch;
  batch.put_catalog(next);
  catalog::UpstreamLists lists = take_lists(next);
  catalog::CatalogDifference difference;
  if (!install(id, config, server, std::move(lists), difference)) return;
  const std::uint64_t generation = next.generation;
  record(id) = std::move(next);
  parts_.store.write_behind(std::move(batch));
  if (difference.empty()) return;
  parts_.bus.publish(changed_event(server, generation, difference));
  if (parts_.catalog.visible(id)) tell(id, difference);
}

void LiveCatalog::tell(UpstreamId id, const catalog::CatalogDifference& difference) {
  for (const catalog::ListKind kind : catalog::kAllKinds) {
    if (!difference.of(kind).empty()) parts_.audience.list_changed(kind, id);
  }
}

void LiveCatalog::refresh(UpstreamId id, const config::Config& config,
                          const config::ServerConfig& server) {
  const catalog::ServerCatalog* known = parts_.catalog.server(id);
  if (known == nullptr) return;
  catalog::CatalogDifference difference;
  if (install(id, config, server, known->lists(), difference) && parts_.catalog.visible(id)) {
    tell(id, difference);
  }
}

void LiveCatalog::forget(UpstreamId id, const std::string& server) {
  if (id < records_.size()) records_[id].reset();
  const bool was_visible = parts_.catalog.visible(id);
  const catalog::CatalogDifference difference = parts_.catalog.remove(id);
  if (was_visible) tell(id, difference);
  (void)parts_.index.replace({server, {}, {}}, {});
}

void LiveCatalog::set_state(UpstreamId id, std::string_view server, State state) {
  parts_.index.set_availability(server, availability_of(state));
  const catalog::ServerCatalog* known = parts_.catalog.server(id);
  if (!parts_.catalog.set_visible(id, is_listed(state)) || known == nullptr) return;
  for (const catalog::ListKind kind : catalog::kAllKinds) {
    if (known->count(kind) > 0) parts_.audience.list_changed(kind, id);
  }
}

}  // namespace proxy::daemon
