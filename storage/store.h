// The state of the daemon that outlives it, as a seam: LmdbStore on disk, SimStore in memory.
// Resource.
//
// Commands are committed before they are applied, published and answered: commit(). Observations
// are applied at once and saved soon after: write_behind(). Losing an observation is harmless.
//
// Ownership: the daemon owns it; what callbacks refer to outlives the store, or the store's
// shutdown(). Threads:   the loop thread; callbacks run there, never inside the call that caused
// them, and in the
//            order of the calls.
// Limits:    kPendingMax commits that wait; quotas for each table (table.h).
// Errors:    store_unavailable (nothing of the batch is applied, try again later), quota_exceeded,
//            overloaded, invalid_argument.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/batch.h"
#include "storage/records.h"
#include "storage/snapshot.h"

namespace storage {

struct StoreStats {
  std::uint64_t state_bytes = 0;  // pages in use
  std::uint64_t bulk_bytes = 0;
  std::uint64_t commits = 0;  // transactions that were made durable
  std::uint64_t commits_failed = 0;
  std::uint64_t batches = 0;  // commands and observations in them
  std::size_t pending = 0;    // commits and backups somebody waits for
  std::uint64_t activity_dropped = 0;
};

struct ActivityQuery {
  std::uint64_t before_sequence = 0;  // 0: from the newest
  std::size_t limit = 100;            // at most kActivityMax
  std::string server;                 // empty: all
  bool failures_only = false;
};

class Store {
 public:
  using Callback = std::function<void(base::Result<void>)>;
  // Told of each change: true when commits work (again), false with the reason when one failed.
  using HealthListener = std::function<void(bool working, const base::Error& reason)>;
  static constexpr std::size_t kPendingMax = 10'000;
  static constexpr std::size_t kActivityMax = 1'000;
  static constexpr std::chrono::milliseconds kWriteBehind{100};

  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // Everything, once at start; blocks for some milliseconds.
  virtual base::Result<Snapshot> load() = 0;

  // Durable when `done` is called with success. Batches that wait at the same time share one
  // transaction and one fsync.
  virtual void commit(Batch batch, Callback done) = 0;
  // Saved with the next commit, or after kWriteBehind, whichever is first; never after a commit()
  // called later.
  virtual void write_behind(Batch batch) = 0;

  // Saved behind; the oldest give way when the table is full. The sequence is the store's to give.
  virtual void append_activity(ActivityRecord record) = 0;
  // Newest first; saved ones only. Blocks for a short read.
  virtual base::Result<std::vector<ActivityRecord>> activity(const ActivityQuery& query) = 0;

  // Saved behind and readable at once; those that expire soonest give way when the table is full.
  virtual void put_result(ResultRecord record) = 0;
  // Nothing when there is none or it has expired. Blocks for a short read.
  virtual base::Result<std::optional<ResultRecord>> result(std::string_view key,
                                                           base::WallTime now) = 0;

  // A copy of the state (not of activity and results) in a new file, consistent as of one moment.
  virtual void backup(std::string path, Callback done) = 0;

  virtual StoreStats stats() const = 0;
  virtual void on_health(HealthListener listener) = 0;

  // Saves all that waits, calls the callbacks that are due, and ends the store's threads. Blocks;
  // at the end of the program. Afterwards only the destructor may be called.
  virtual void shutdown() = 0;
};

}  // namespace storage
