#include "proxy/daemon/store_journal.h"

namespace proxy::daemon {
namespace {

storage::JournalRecord record_of(const config::IntentEntry& entry, base::WallTime at) {
  storage::JournalRecord record;
  record.revision = entry.revision;
  record.at = at;
  record.old_hash = entry.old_hash;
  record.new_hash = entry.new_hash;
  record.new_text = entry.new_text;
  return record;
}

}  // namespace

config::IntentEntry entry_of(const storage::JournalRecord& record) {
  return {record.revision, record.old_hash, record.new_hash, record.new_text};
}

storage::Batch finished(const config::IntentEntry& entry, base::WallTime at) {
  storage::Batch batch;
  batch.finish_journal(record_of(entry, at));
  return batch;
}

void StoreJournal::begin(config::IntentEntry entry, Callback done) {
  storage::Batch batch;
  batch.put_journal(record_of(entry, clock_.wall_now()));
  store_.commit(std::move(batch), std::move(done));
}

void StoreJournal::accompany(std::uint64_t command, std::function<storage::Batch()> records) {
  companions_.insert_or_assign(command, std::move(records));
}

void StoreJournal::finish(const config::IntentEntry& entry, std::uint64_t command, Callback done) {
  storage::Batch batch = finished(entry, clock_.wall_now());
  if (const auto found = companions_.find(command); found != companions_.end()) {
    batch.append(found->second());
  }
  store_.commit(std::move(batch), std::move(done));
}

void StoreJournal::abandon(const config::IntentEntry& entry, Callback done) {
  finish(entry, 0, std::move(done));
}

}  // namespace proxy::daemon
