// The configuration's journal, kept in the store's journal table. Resource.
//
// Ownership: the daemon's; the store outlives it.
// Threads:   the loop thread.
#pragma once
#include <cstdint>
#include <functional>
#include <map>

#include "base/clock.h"
#include "proxy/config/intent_journal.h"
#include "storage/store.h"

namespace proxy::daemon {

class StoreJournal final : public config::IntentJournal {
 public:
  StoreJournal(storage::Store& store, const base::Clock& clock) : store_(store), clock_(clock) {}

  // What `records` makes is committed with the change of that command: in the transaction that says
  // that it is done. Forgotten when it comes to nothing.
  void accompany(std::uint64_t command, std::function<storage::Batch()> records);
  void forget(std::uint64_t command) { companions_.erase(command); }

  void begin(config::IntentEntry entry, Callback done) override;
  void finish(const config::IntentEntry& entry, std::uint64_t command, Callback done) override;
  void abandon(const config::IntentEntry& entry, Callback done) override;

 private:
  storage::Store& store_;
  const base::Clock& clock_;
  std::map<std::uint64_t, std::function<storage::Batch()>> companions_;
};

config::IntentEntry entry_of(const storage::JournalRecord& record);
// `record` marked as done, for a write of the store.
storage::Batch finished(const config::IntentEntry& entry, base::WallTime at);

}  // namespace proxy::daemon
