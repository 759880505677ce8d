// All that the store knew when the daemon started. Value.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/catalog_record.h"
#include "storage/records.h"
#include "storage/server_record.h"
#include "storage/table.h"

namespace storage {

struct Snapshot {
  MetaRecord meta;
  std::vector<ServerRecord> servers;    // by name
  std::vector<CatalogRecord> catalogs;  // by server
  std::vector<ApprovalRecord> approvals;
  std::vector<GroupRecord> groups;
  std::vector<ToolUsesRecord> uses;
  std::vector<EndedSessionRecord> ended_sessions;
  std::vector<AgentMarkRecord> agent_marks;
  std::vector<JournalRecord> open_journal;  // by revision; more than one only after a defect
  std::uint64_t last_revision = 0;          // of the journal, done or not
};

// Takes one record of a state table into the snapshot.
base::Result<void> add_record(Snapshot& snapshot, Table table, std::string_view key,
                              std::string_view value);

}  // namespace storage
