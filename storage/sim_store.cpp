#include "storage/sim_store.h"

#include <algorithm>
#include <utility>

#include "storage/errors.h"
#include "storage/record_codec.h"

namespace storage {
namespace {

void apply(SimDisk& disk, const Edit& edit) {
  SimDisk::Records& records = disk.tables[static_cast<std::size_t>(edit.table)];
  switch (edit.kind) {
    case Edit::Kind::put:
      records[edit.key] = edit.value;
      break;
    case Edit::Kind::erase:
      records.erase(edit.key);
      break;
    case Edit::Kind::erase_prefix:
      std::erase_if(records, [&](const auto& row) { return row.first.starts_with(edit.key); });
      break;
    case Edit::Kind::erase_before:
      records.erase(records.begin(), records.lower_bound(edit.key));
      break;
  }
}

void apply(SimDisk& disk, const Batch& batch) {
  for (const Edit& edit : batch.edits()) apply(disk, edit);
}

std::uint64_t bytes_of(const SimDisk::Records& records) {
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : records) bytes += key.size() + value.size();
  return bytes;
}

}  // namespace

SimStore::SimStore(base::Runtime runtime, SimDisk& disk) : StoreFront(runtime), disk_(disk) {
  const auto& records = disk_.tables[static_cast<std::size_t>(Table::activity)];
  if (records.empty()) return;
  const auto newest = decode<ActivityRecord>(records.rbegin()->second);
  if (newest) set_last_sequence(newest->sequence);
}

void SimStore::submit(WriteJob job) {
  if (!powered_) return;
  waiting_.push_back(std::move(job));
  if (in_flight_.empty()) runtime_.turn.schedule(begin_);
}

void SimStore::begin() {
  if (!in_flight_.empty() || waiting_.empty()) return;
  in_flight_ = std::exchange(waiting_, {});
  if (commit_time_ == base::Duration::zero()) {
    end();
  } else {
    runtime_.start(timer_, commit_time_);
  }
}

void SimStore::end() {
  if (before_commit_) before_commit_();
  if (!powered_) return;
  const std::vector<WriteJob> jobs = std::exchange(in_flight_, {});
  WriteReport report;
  write_state(jobs, report);
  for (const WriteJob& job : jobs) {
    if (job.kind == WriteJob::Kind::state) continue;
    apply(disk_, job.batch);
    report.outcomes.push_back({job.id, base::kDone});
  }
  if (after_commit_) after_commit_();
  if (!powered_) return;
  // What callbacks submit waits for the next turn, as on a real disk.
  if (!waiting_.empty()) runtime_.turn.schedule(begin_);
  finished(std::move(report));
}

void SimStore::write_state(const std::vector<WriteJob>& jobs, WriteReport& report) {
  const auto is_state = [](const WriteJob& job) { return job.kind == WriteJob::Kind::state; };
  if (std::ranges::none_of(jobs, is_state)) return;
  const bool fails = failures_left_ > 0;
  if (fails) {
    --failures_left_;
    report.commit_failure = unavailable("the simulated disk failed");
  } else {
    ++transactions_;
    report.committed = true;
  }
  for (const WriteJob& job : jobs) {
    if (!is_state(job)) continue;
    if (fails) {
      report.outcomes.push_back({job.id, *report.commit_failure});
      continue;
    }
    apply(disk_, job.batch);
    ++report.batches;
    report.outcomes.push_back({job.id, base::kDone});
  }
}

void SimStore::cut_power() {
  powered_ = false;
  waiting_.clear();
  in_flight_.clear();
  begin_.cancel();
  timer_.cancel();
  forget_callbacks();
}

void SimStore::shutdown() {
  flush();
  while (powered_ && !(waiting_.empty() && in_flight_.empty())) {
    if (in_flight_.empty()) in_flight_ = std::exchange(waiting_, {});
    timer_.cancel();
    end();
  }
}

base::Result<Snapshot> SimStore::load() {
  if (!powered_) return unavailable("the power is off");
  Snapshot snapshot;
  for (std::size_t i = 0; i < kStateTableCount; ++i) {
    for (const auto& [key, value] : disk_.tables[i]) {
      if (auto added = add_record(snapshot, static_cast<Table>(i), key, value); !added) {
        return added.error();
      }
    }
  }
  return snapshot;
}

base::Result<std::optional<std::string>> SimStore::read_result(std::string_view key) const {
  const auto& records = disk_.tables[static_cast<std::size_t>(Table::results)];
  const auto found = records.find(name_key(key));
  if (found == records.end()) return std::optional<std::string>();
  return std::optional(found->second);
}

base::Result<void> SimStore::read_activity(std::uint64_t before_sequence,
                                           const VisitActivity& visit) const {
  const auto& records = disk_.tables[static_cast<std::size_t>(Table::activity)];
  auto at = before_sequence == 0 ? records.end() : records.lower_bound(number_key(before_sequence));
  while (at != records.begin()) {
    --at;
    const base::Result<bool> more = visit(at->second);
    if (!more) return more.error();
    if (!*more) break;
  }
  return base::kDone;
}

std::pair<std::uint64_t, std::uint64_t> SimStore::used_bytes() const {
  std::uint64_t state = 0;
  std::uint64_t bulk = 0;
  for (std::size_t i = 0; i < kTableCount; ++i) {
    (i < kStateTableCount ? state : bulk) += bytes_of(disk_.tables[i]);
  }
  return {state, bulk};
}

}  // namespace storage
