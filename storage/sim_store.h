// A store in memory for tests and the simulation: the real front over a disk that can be slow,
// fail, and lose its power between any two transactions. Resource.
//
// Threads: the test's; transactions end with the SimRuntime's time. Deterministic.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/runtime.h"
#include "storage/store_front.h"
#include "storage/table.h"

namespace storage {

// What is durable: outlives the SimStore, so that a next one starts from it. Value.
struct SimDisk {
  using Records = std::map<std::string, std::string, std::less<>>;
  std::array<Records, kTableCount> tables;
  bool operator==(const SimDisk&) const = default;
};

class SimStore final : public StoreFront {
 public:
  // May cut the power or make commits fail.
  using Hook = std::function<void()>;

  // The disk outlives the store.
  SimStore(base::Runtime runtime, SimDisk& disk);

  // How long each transaction takes, fsync and all. Zero: it ends with the turn.
  void set_commit_time(base::Duration time) { commit_time_ = time; }
  // The next `times` state transactions fail as a whole.
  void fail_commits(int times) { failures_left_ = times; }
  // Runs before a transaction becomes durable.
  void before_commit(Hook hook) { before_commit_ = std::move(hook); }
  // Runs when it is durable and nobody has been told yet.
  void after_commit(Hook hook) { after_commit_ = std::move(hook); }
  // Forgets all that is not durable; no callback is called any more and load() fails.
  void cut_power();

  std::uint64_t transactions() const { return transactions_; }

  base::Result<Snapshot> load() override;
  // Ends all transactions at once, whatever time they would take.
  void shutdown() override;

 private:
  void submit(WriteJob job) override;
  base::Result<std::optional<std::string>> read_result(std::string_view key) const override;
  base::Result<void> read_activity(std::uint64_t before_sequence,
                                   const VisitActivity& visit) const override;
  std::pair<std::uint64_t, std::uint64_t> used_bytes() const override;

  void begin();
  void end();
  void write_state(const std::vector<WriteJob>& jobs, WriteReport& report);

  SimDisk& disk_;
  base::Duration commit_time_{0};
  int failures_left_ = 0;
  Hook before_commit_;
  Hook after_commit_;
  bool powered_ = true;
  std::uint64_t transactions_ = 0;
  std::vector<WriteJob> waiting_;
  std::vector<WriteJob> in_flight_;
  base::EndOfTurn<SimStore, &SimStore::begin> begin_{*this};
  base::Timer<SimStore, &SimStore::end> timer_{*this};
};

}  // namespace storage
