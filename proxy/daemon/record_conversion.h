// Between what the fleet observes and what the store keeps. Pure.
#pragma once
#include <string>

#include "proxy/catalog/server_catalog.h"
#include "search/tool_document.h"
#include "storage/catalog_record.h"
#include "storage/server_record.h"
#include "upstream/fleet/upstream_spec.h"
#include "upstream/session/listing.h"

namespace proxy::daemon {

// What a memory holds of a record; ServerRecords knows the rest.
storage::ServerRecord to_record(const std::string& name, const upstream::UpstreamMemory& memory);
upstream::UpstreamMemory to_memory(const storage::ServerRecord& record);

// Lists that were not asked for this time keep what `record` had.
void merge_listing(storage::CatalogRecord& record, upstream::Listing listing);

// Moves the pages of all lists out of the record; and back into one that is to be stored.
catalog::UpstreamLists take_lists(storage::CatalogRecord& record);
void put_lists(storage::CatalogRecord& record, const catalog::UpstreamLists& lists);

// What the index is told of a server's tools.
std::vector<search::ToolDocument> documents_of(const catalog::ServerCatalog& catalog);

}  // namespace proxy::daemon
