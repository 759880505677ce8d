// What every store does on the loop: order, limits, callbacks, write-behind, health. What differs -
// how a job becomes durable and how a record is read back - is the derived class's. So the
// simulation runs the same front as the daemon. Resource; the loop thread only.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "storage/store.h"
#include "storage/write_behind.h"
#include "storage/write_job.h"

namespace storage {

class StoreFront : public Store {
 public:
  void commit(Batch batch, Callback done) override;
  void write_behind(Batch batch) override { observations_.add(std::move(batch)); }
  void append_activity(ActivityRecord record) override;
  base::Result<std::vector<ActivityRecord>> activity(const ActivityQuery& query) override;
  void put_result(ResultRecord record) override;
  base::Result<std::optional<ResultRecord>> result(std::string_view key,
                                                   base::WallTime now) override;
  void backup(std::string path, Callback done) override;
  StoreStats stats() const override;
  void on_health(HealthListener listener) override { health_listener_ = std::move(listener); }

 protected:
  explicit StoreFront(base::Runtime runtime);

  // Takes the job to where it becomes durable, in order; finished() follows later, never inside.
  virtual void submit(WriteJob job) = 0;
  // The raw record; nothing when there is none.
  virtual base::Result<std::optional<std::string>> read_result(std::string_view key) const = 0;
  // Visits raw records from the newest below `before_sequence` (0: all) until `visit` returns
  // false.
  using VisitActivity = std::function<base::Result<bool>(std::string_view value)>;
  virtual base::Result<void> read_activity(std::uint64_t before_sequence,
                                           const VisitActivity& visit) const = 0;
  // Pages in use: {state, bulk}.
  virtual std::pair<std::uint64_t, std::uint64_t> used_bytes() const = 0;

  void finished(WriteReport report);
  void set_last_sequence(std::uint64_t sequence) { last_sequence_ = sequence; }
  // Nobody is called any more for what was submitted so far.
  void forget_callbacks() { callbacks_.clear(); }
  // Submits all that waits for its time.
  void flush();

  base::Runtime runtime_;

 private:
  static constexpr std::chrono::milliseconds kBulkBehind{1'000};
  struct Unsaved {
    ResultRecord record;
    std::uint64_t job = 0;  // 0: not submitted yet
  };

  std::uint64_t send(WriteJob::Kind kind, Batch batch, std::string path, Callback done);
  bool hand_on_observations(Batch& batch, bool forced);
  bool hand_on_bulk(Batch& batch, bool forced);
  void note_health(const WriteReport& report);

  std::uint64_t last_job_ = 0;
  std::uint64_t last_sequence_ = 0;
  std::map<std::uint64_t, Callback> callbacks_;  // by job; only of those somebody waits for
  std::uint64_t observations_job_ = 0;           // the last one on its way; 0: none
  std::uint64_t bulk_job_ = 0;
  std::map<std::string, Unsaved, std::less<>> unsaved_;  // results not on disk yet
  WriteBehind observations_;
  WriteBehind bulk_;
  HealthListener health_listener_;
  bool working_ = true;
  StoreStats stats_;
};

}  // namespace storage
