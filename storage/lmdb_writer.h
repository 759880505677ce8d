// The one thread that writes the store: takes all jobs that wait, applies them in one transaction,
// one fsync, and reports. Resource.
//
// Ownership: LmdbStore owns it; environments and the report function outlive it.
// Threads:   submit() and stop() from the loop thread; the report function is called on the
// writer's. Limits:    none of its own: LmdbStore bounds the jobs. A group holds at most
// kGroupBytesMax.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "storage/lmdb_env.h"
#include "storage/write_job.h"

namespace storage {

class LmdbWriter {
 public:
  using Report = std::function<void(WriteReport report)>;
  static constexpr std::size_t kGroupBytesMax = 64 * 1024 * 1024;

  LmdbWriter(LmdbEnv& state, LmdbEnv& bulk, const Quotas& quotas, Report report);
  ~LmdbWriter() { stop(); }
  LmdbWriter(const LmdbWriter&) = delete;
  LmdbWriter& operator=(const LmdbWriter&) = delete;

  // In the order given; they share a group as far as it holds them.
  void submit(std::vector<WriteJob> jobs);
  // Writes all that was submitted, then ends the thread. May be called again.
  void stop();

 private:
  void run();
  std::vector<WriteJob> next_group();
  WriteReport write(std::vector<WriteJob> group);
  void write_state(const std::vector<const WriteJob*>& jobs, WriteReport& report);
  base::Result<void> write_bulk(const WriteJob& job);
  base::Result<void> backup(const std::string& path) const;

  LmdbEnv& state_;
  LmdbEnv& bulk_;
  const Quotas quotas_;
  const Report report_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<WriteJob> jobs_;  // guarded by mutex_
  bool stopping_ = false;      // guarded by mutex_
  std::thread thread_;         // last: it uses all of the above
};

}  // namespace storage
