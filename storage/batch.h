// Edits of the store that succeed or fail together: typed on the way in, bytes from there on, so
// that the writer thread shares nothing with the loop. Value.
//
// Cost: encodes at once; a catalog's bytes are copied once.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/catalog_record.h"
#include "storage/records.h"
#include "storage/server_record.h"
#include "storage/table.h"

namespace storage {

struct Edit {
  enum class Kind : std::uint8_t { put, erase, erase_prefix, erase_before };
  Table table = Table::meta;
  Kind kind = Kind::put;
  std::string key;
  std::string value;  // of put
};

class Batch {
 public:
  void put_meta(const MetaRecord& record);
  void put_journal(const JournalRecord& record);
  // Marks it done, drops its text, and forgets all earlier revisions.
  void finish_journal(JournalRecord record);
  void put_server(const ServerRecord& record);
  // Everything the store knows of a server: record, catalog, approvals and uses.
  void erase_server(std::string_view name);
  void put_catalog(const CatalogRecord& record);
  void erase_catalog(std::string_view server);
  void put_approval(const ApprovalRecord& record);
  void erase_approval(std::string_view server, std::string_view tool);
  void erase_approvals(std::string_view server);
  void put_group(const GroupRecord& record);
  void erase_group(std::string_view name);
  void put_uses(const ToolUsesRecord& record);
  void put_ended_session(const EndedSessionRecord& record);
  void erase_ended_session(std::uint64_t digest);
  void put_agent_mark(const AgentMarkRecord& record);
  void erase_agent_mark(bool is_group, std::string_view name);
  // Of the bulk tables; the store's own use.
  void put_activity(const ActivityRecord& record);
  void put_result(const ResultRecord& record);

  // Adds the edits of `later` after ours.
  void append(Batch later);
  // The same, and puts that a later put of the same key makes pointless are dropped. Only for edits
  // whose order among different keys does not matter.
  void merge(Batch later);

  bool empty() const { return edits_.empty(); }
  std::size_t bytes() const { return bytes_; }
  const std::vector<Edit>& edits() const { return edits_; }

 private:
  void add(Table table, Edit::Kind kind, std::string key, std::string value = {});
  std::vector<Edit> edits_;
  std::size_t bytes_ = 0;  // of all keys and values
};

}  // namespace storage
