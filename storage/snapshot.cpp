#include "storage/snapshot.h"

#include <algorithm>

#include "storage/record_codec.h"

namespace storage {
namespace {

template <class Record>
base::Result<void> add_to(std::vector<Record>& records, std::string_view value) {
  base::Result<Record> record = decode<Record>(value);
  if (!record) return std::move(record).error();
  records.push_back(std::move(record).value());
  return base::kDone;
}

base::Result<void> add_journal(Snapshot& snapshot, std::string_view value) {
  base::Result<JournalRecord> record = decode<JournalRecord>(value);
  if (!record) return std::move(record).error();
  snapshot.last_revision = std::max(snapshot.last_revision, record->revision);
  if (!record->done) snapshot.open_journal.push_back(std::move(record).value());
  return base::kDone;
}

}  // namespace

base::Result<void> add_record(Snapshot& snapshot, Table table, std::string_view key,
                              std::string_view value) {
  switch (table) {
    case Table::meta: {
      if (key != kMetaKey) return base::kDone;  // the schema's version was looked at before
      base::Result<MetaRecord> meta = decode<MetaRecord>(value);
      if (!meta) return std::move(meta).error();
      snapshot.meta = *meta;
      return base::kDone;
    }
    case Table::journal:
      return add_journal(snapshot, value);
    case Table::servers:
      return add_to(snapshot.servers, value);
    case Table::catalogs:
      return add_to(snapshot.catalogs, value);
    case Table::approvals:
      return add_to(snapshot.approvals, value);
    case Table::groups:
      return add_to(snapshot.groups, value);
    case Table::uses:
      return add_to(snapshot.uses, value);
    case Table::ended_sessions:
      return add_to(snapshot.ended_sessions, value);
    case Table::agent_marks:
      return add_to(snapshot.agent_marks, value);
    case Table::activity:
    case Table::results:
    case Table::result_expiry:
      break;
  }
  return base::kDone;
}

}  // namespace storage
