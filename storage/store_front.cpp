#include "storage/store_front.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "storage/record_codec.h"

namespace storage {
namespace {

// How many records one activity query looks through for those it wants.
constexpr std::size_t kActivityScanMax = 100'000;

}  // namespace

StoreFront::StoreFront(base::Runtime runtime)
    : runtime_(runtime),
      observations_(
          runtime, kWriteBehind,
          [this](Batch& batch, bool forced) { return hand_on_observations(batch, forced); }),
      bulk_(runtime, kBulkBehind,
            [this](Batch& batch, bool forced) { return hand_on_bulk(batch, forced); }) {}

std::uint64_t StoreFront::send(WriteJob::Kind kind, Batch batch, std::string path, Callback done) {
  const std::uint64_t id = ++last_job_;
  if (done) callbacks_.emplace(id, std::move(done));
  submit({kind, id, std::move(batch), std::move(path), runtime_.clock.wall_now()});
  return id;
}

void StoreFront::commit(Batch batch, Callback done) {
  if (callbacks_.size() >= kPendingMax) {
    runtime_.turn.defer([done = std::move(done)] {
      done(base::Error{base::ErrorCode::overloaded,
                       fmt::format("{} changes wait to be saved already.", kPendingMax),
                       "Try again in a moment."});
    });
    return;
  }
  observations_.flush();
  send(WriteJob::Kind::state, std::move(batch), {}, std::move(done));
}

// One at a time, so that a disk that hangs does not collect jobs; but never after a commit that
// came later.
bool StoreFront::hand_on_observations(Batch& batch, bool forced) {
  if (observations_job_ != 0 && !forced) return false;
  observations_job_ = send(WriteJob::Kind::state, std::move(batch), {}, nullptr);
  return true;
}

bool StoreFront::hand_on_bulk(Batch& batch, bool forced) {
  if (bulk_job_ != 0 && !forced) return false;
  bulk_job_ = send(WriteJob::Kind::bulk, std::move(batch), {}, nullptr);
  for (auto& [key, unsaved] : unsaved_) {
    if (unsaved.job == 0) unsaved.job = bulk_job_;
  }
  return true;
}

void StoreFront::flush() {
  observations_.flush();
  bulk_.flush();
}

void StoreFront::append_activity(ActivityRecord record) {
  if (bulk_.waiting_bytes() > WriteBehind::kBytesMax) {
    ++stats_.activity_dropped;
    return;
  }
  record.sequence = ++last_sequence_;
  Batch batch;
  batch.put_activity(record);
  bulk_.add(std::move(batch));
}

base::Result<std::vector<ActivityRecord>> StoreFront::activity(const ActivityQuery& query) {
  const std::size_t limit = std::min(query.limit, kActivityMax);
  std::vector<ActivityRecord> found;
  std::size_t seen = 0;
  const auto visit = [&](std::string_view value) -> base::Result<bool> {
    if (found.size() >= limit || ++seen > kActivityScanMax) return false;
    base::Result<ActivityRecord> record = decode<ActivityRecord>(value);
    if (!record) return std::move(record).error();
    const bool wanted = (query.server.empty() || record->server == query.server) &&
                        !(query.failures_only && record->success);
    if (wanted) found.push_back(std::move(record).value());
    return true;
  };
  if (auto read = read_activity(query.before_sequence, visit); !read) return read.error();
  return found;
}

void StoreFront::put_result(ResultRecord record) {
  Batch batch;
  batch.put_result(record);
  std::string key = record.key;
  unsaved_[std::move(key)] = {std::move(record), 0};
  bulk_.add(std::move(batch));
}

base::Result<std::optional<ResultRecord>> StoreFront::result(std::string_view key,
                                                             base::WallTime now) {
  std::optional<ResultRecord> record;
  if (const auto unsaved = unsaved_.find(key); unsaved != unsaved_.end()) {
    record = unsaved->second.record;
  } else if (!key.empty()) {
    base::Result<std::optional<std::string>> stored = read_result(key);
    if (!stored) return stored.error();
    if (*stored) {
      base::Result<ResultRecord> decoded = decode<ResultRecord>(**stored);
      if (!decoded) return decoded.error();
      record = std::move(decoded).value();
    }
  }
  if (record && record->expires_at <= now) record.reset();
  return record;
}

void StoreFront::backup(std::string path, Callback done) {
  observations_.flush();
  send(WriteJob::Kind::backup, {}, std::move(path), std::move(done));
}

StoreStats StoreFront::stats() const {
  StoreStats stats = stats_;
  stats.pending = callbacks_.size();
  std::tie(stats.state_bytes, stats.bulk_bytes) = used_bytes();
  return stats;
}

void StoreFront::note_health(const WriteReport& report) {
  stats_.commits += report.committed ? 1 : 0;
  stats_.commits_failed += report.commit_failure ? 1 : 0;
  stats_.batches += report.batches;
  const bool works = !report.commit_failure;
  if ((!report.committed && works) || works == working_) return;
  working_ = works;
  const base::Error reason = report.commit_failure.value_or(base::Error{});
  if (works) {
    base::log::info("store", "the state can be saved again");
  } else {
    base::log::error("store", "{}", base::one_line(reason));
  }
  if (health_listener_) health_listener_(works, reason);
}

void StoreFront::finished(WriteReport report) {
  note_health(report);
  for (WriteOutcome& outcome : report.outcomes) {
    if (outcome.id == observations_job_) observations_job_ = 0;
    if (outcome.id == bulk_job_) bulk_job_ = 0;
    std::erase_if(unsaved_, [&](const auto& row) { return row.second.job == outcome.id; });
    const auto found = callbacks_.find(outcome.id);
    if (found != callbacks_.end()) {
      const Callback done = std::move(found->second);
      callbacks_.erase(found);
      done(std::move(outcome.result));
    } else if (!outcome.result) {
      base::log::debug("store", "observations were not saved: {}",
                       base::one_line(outcome.result.error()));
    }
  }
}

}  // namespace storage
