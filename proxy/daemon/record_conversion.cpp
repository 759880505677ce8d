#include "proxy/daemon/record_conversion.h"

#include <array>
#include <utility>

#include "protocol/lists.h"
#include "protocol/tool_schema_text.h"

namespace proxy::daemon {
namespace {

storage::ServerFailure to_record(const upstream::Failure& failure) {
  storage::ServerFailure record;
  record.kind = upstream::to_string(failure.kind);
  record.code = base::to_string(upstream::error_code(failure.kind));
  record.detail = failure.detail;
  record.message = failure.message;
  record.remedy = failure.remedy;
  record.stderr_tail = failure.stderr_tail;
  return record;
}

std::optional<upstream::Failure> to_failure(const storage::ServerFailure& record) {
  const auto kind = upstream::failure_kind_from(record.kind);
  if (!kind) return std::nullopt;  // a kind of a later version
  upstream::Failure failure;
  failure.kind = *kind;
  failure.detail = static_cast<int>(record.detail);
  failure.message = record.message;
  failure.remedy = record.remedy;
  failure.stderr_tail = record.stderr_tail;
  upstream::give_reason(failure);
  return failure;
}

constexpr std::array kStoredLists{&storage::CatalogRecord::tools, &storage::CatalogRecord::prompts,
                                  &storage::CatalogRecord::resources,
                                  &storage::CatalogRecord::templates};

}  // namespace

storage::ServerRecord to_record(const std::string& name, const upstream::UpstreamMemory& memory) {
  storage::ServerRecord record;
  record.name = name;
  record.config_hash = memory.config_hash;
  record.known_good = memory.known_good;
  record.package_ready = memory.package_ready;
  record.asks_client = memory.asks_client;
  record.last_ready_at = memory.last_ready_wall;
  record.consecutive_failures = memory.consecutive_failures;
  if (memory.auto_disabled) {
    record.auto_disabled = {memory.auto_disabled->reason, memory.auto_disabled->at};
  }
  if (memory.last_failure) record.last_failure = to_record(*memory.last_failure);
  record.last_failure_at = memory.last_failure_wall;
  record.era = memory.detected;
  return record;
}

upstream::UpstreamMemory to_memory(const storage::ServerRecord& record) {
  upstream::UpstreamMemory memory;
  memory.config_hash = record.config_hash;
  memory.known_good = record.known_good;
  memory.package_ready = record.package_ready;
  memory.asks_client = record.asks_client;
  memory.last_ready_wall = record.last_ready_at;
  memory.consecutive_failures = record.consecutive_failures;
  if (record.auto_disabled) {
    memory.auto_disabled = {record.auto_disabled->reason, record.auto_disabled->at};
  }
  if (record.last_failure) memory.last_failure = to_failure(*record.last_failure);
  memory.last_failure_wall = record.last_failure_at;
  memory.detected = record.era;
  return memory;
}

catalog::UpstreamLists take_lists(storage::CatalogRecord& record) {
  catalog::UpstreamLists lists;
  for (std::size_t kind = 0; kind < kStoredLists.size(); ++kind) {
    lists.pages[kind] = std::exchange((record.*kStoredLists[kind]).pages, {});
  }
  lists.capabilities = record.capabilities;
  return lists;
}

void put_lists(storage::CatalogRecord& record, const catalog::UpstreamLists& lists) {
  for (std::size_t kind = 0; kind < kStoredLists.size(); ++kind) {
    (record.*kStoredLists[kind]).pages = lists.pages[kind];
  }
}

void merge_listing(storage::CatalogRecord& record, upstream::Listing listing) {
  record.protocol_version = std::move(listing.server.protocol_version);
  record.server_title = std::move(listing.server.name);
  record.server_version = std::move(listing.server.version);
  record.instructions = std::move(listing.server.instructions);
  record.capabilities = std::move(listing.server.capabilities);
  record.implementation = std::move(listing.server.implementation);
  for (std::size_t kind = 0; kind < kStoredLists.size(); ++kind) {
    std::optional<upstream::ListedPages>& listed = listing.lists[kind];
    if (!listed) continue;
    storage::StoredList& stored = record.*kStoredLists[kind];
    stored.pages = std::move(listed->results);
    stored.items = listed->items;
    stored.truncated = listed->truncated;
  }
}

std::vector<search::ToolDocument> documents_of(const catalog::ServerCatalog& catalog) {
  std::vector<search::ToolDocument> documents;
  documents.reserve(catalog.tools().size());
  for (const catalog::Tool& tool : catalog.tools()) {
    search::ToolDocument document;
    document.name = tool.name;
    if (auto item = protocol::read_list_item(protocol::ListKind::tools, tool.json)) {
      document.description = item->title.empty() ? std::move(item->description)
                                                 : item->title + ". " + item->description;
    }
    protocol::ToolSchemaText text = protocol::tool_schema_text(tool.input_schema);
    document.parameter_names = std::move(text.parameter_names);
    document.parameter_texts = std::move(text.parameter_texts);
    document.read_only = tool.read_only;
    document.destructive = tool.destructive;
    documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace proxy::daemon
