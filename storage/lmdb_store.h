// The store on disk: data_dir/state.mdb for what must not be lost, data_dir/bulk.mdb for activity
// and results, data_dir/mcptrunk.lock against a second daemon. Resource.
//
// Ownership: the daemon owns it and shuts it down before the loop ends.
// Threads:   the loop thread; one writer thread inside.
// Limits:    quotas for each table, checked before the put; maps reserved once.
// Cost:      a commit is one fsync, shared by all that wait; load() reads everything, some ms.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/loop.h"
#include "base/mailbox.h"
#include "storage/lmdb_env.h"
#include "storage/lmdb_writer.h"
#include "storage/store_front.h"
#include "storage/store_lock.h"
#include "storage/table.h"

namespace storage {

struct StoreOptions {
  std::string data_dir;  // created when missing
  std::uint64_t state_map_bytes = 8ULL * 1024 * 1024 * 1024;
  std::uint64_t bulk_map_bytes = 2ULL * 1024 * 1024 * 1024;
  Quotas quotas = default_quotas();
};

class LmdbStore final : public StoreFront {
 public:
  static constexpr std::uint64_t kSchemaVersion = 1;

  // Errors: store_in_use, store_damaged, store_too_new - nothing has been changed then -, or what
  // the file system says.
  static base::Result<std::unique_ptr<LmdbStore>> open(base::Loop& loop,
                                                       const StoreOptions& options);
  // Saves what waits; callbacks that are due are dropped unless shutdown() came before.
  ~LmdbStore() override;

  base::Result<Snapshot> load() override;
  void shutdown() override;

 private:
  struct Files {
    StoreLock lock;
    std::unique_ptr<LmdbEnv> state;
    std::unique_ptr<LmdbEnv> bulk;
  };
  LmdbStore(base::Loop& loop, Files files, const Quotas& quotas);
  static base::Result<Files> open_files(const StoreOptions& options);
  base::Result<void> find_last_sequence();

  // Jobs of one turn go to the writer together, so that they share its transaction.
  void submit(WriteJob job) override;
  void send_outbox();
  base::Result<std::optional<std::string>> read_result(std::string_view key) const override;
  base::Result<void> read_activity(std::uint64_t before_sequence,
                                   const VisitActivity& visit) const override;
  std::pair<std::uint64_t, std::uint64_t> used_bytes() const override;

  Files files_;
  base::Mailbox<WriteReport> reports_;
  std::vector<WriteJob> outbox_;
  base::EndOfTurn<LmdbStore, &LmdbStore::send_outbox> send_hook_{*this};
  LmdbWriter writer_;  // last: it posts into the mailbox
};

}  // namespace storage
