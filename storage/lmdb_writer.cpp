#include "storage/lmdb_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "base/file_system.h"
#include "base/unique_fd.h"
#include "storage/batch_apply.h"
#include "storage/errors.h"

namespace storage {
namespace {

// Whether an error is of this batch alone, so that the others of its group may go on.
bool is_of_batch(const base::Error& error) {
  return error.code == base::ErrorCode::quota_exceeded ||
         error.code == base::ErrorCode::invalid_argument;
}

}  // namespace

LmdbWriter::LmdbWriter(LmdbEnv& state, LmdbEnv& bulk, const Quotas& quotas, Report report)
    : state_(state), bulk_(bulk), quotas_(quotas), report_(std::move(report)) {
  thread_ = std::thread([this] { run(); });
}

void LmdbWriter::submit(std::vector<WriteJob> jobs) {
  {
    const std::lock_guard lock(mutex_);
    std::move(jobs.begin(), jobs.end(), std::back_inserter(jobs_));
  }
  wake_.notify_one();
}

void LmdbWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::vector<WriteJob> LmdbWriter::next_group() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
  std::vector<WriteJob> group;
  std::size_t bytes = 0;
  while (!jobs_.empty() && (group.empty() || bytes < kGroupBytesMax)) {
    bytes += jobs_.front().batch.bytes();
    group.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
  return group;
}

void LmdbWriter::run() {
  while (true) {
    std::vector<WriteJob> group = next_group();
    if (group.empty()) return;
    report_(write(std::move(group)));
  }
}

// State first, in one transaction: people wait for it. Then the rest, one by one.
WriteReport LmdbWriter::write(std::vector<WriteJob> group) {
  WriteReport report;
  report.outcomes.reserve(group.size());
  std::vector<const WriteJob*> state_jobs;
  for (const WriteJob& job : group) {
    if (job.kind == WriteJob::Kind::state) state_jobs.push_back(&job);
  }
  if (!state_jobs.empty()) write_state(state_jobs, report);
  for (const WriteJob& job : group) {
    if (job.kind == WriteJob::Kind::bulk) report.outcomes.push_back({job.id, write_bulk(job)});
    if (job.kind == WriteJob::Kind::backup) report.outcomes.push_back({job.id, backup(job.path)});
  }
  return report;
}

void LmdbWriter::write_state(const std::vector<const WriteJob*>& jobs, WriteReport& report) {
  const auto fail_all = [&](const base::Error& error) {
    report.outcomes.clear();
    for (const WriteJob* job : jobs) report.outcomes.push_back({job->id, error});
    report.commit_failure = error;
  };
  base::Result<Transaction> txn = Transaction::write(state_);
  if (!txn) return fail_all(txn.error());
  std::size_t applied = 0;
  for (const WriteJob* job : jobs) {
    base::Result<void> done = check_batch(*txn, job->batch, quotas_);
    if (done) done = apply_batch(*txn, job->batch);
    if (!done && !is_of_batch(done.error())) return fail_all(done.error());
    applied += done ? 1 : 0;
    report.outcomes.push_back({job->id, std::move(done)});
  }
  if (applied == 0) return;
  if (base::Result<void> committed = txn->commit(); !committed) return fail_all(committed.error());
  report.committed = true;
  report.batches = applied;
}

base::Result<void> LmdbWriter::write_bulk(const WriteJob& job) {
  base::Result<Transaction> txn = Transaction::write(bulk_);
  if (!txn) return txn.error();
  if (auto room = make_room(*txn, job.batch, quotas_, job.now); !room) return room;
  if (auto checked = check_batch(*txn, job.batch, quotas_); !checked) return checked;
  if (auto applied = apply_batch(*txn, job.batch); !applied) return applied;
  return txn->commit();
}

base::Result<void> LmdbWriter::backup(const std::string& path) const {
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) {
    base::Error error = base::file_error("create the backup", path, errno);
    if (errno == EEXIST) error.remedy = "Choose a name that does not exist yet.";
    return error;
  }
  int error = mdb_env_copyfd2(state_.get(), fd.get(), MDB_CP_COMPACT);
  if (error == 0 && ::fsync(fd.get()) != 0) error = errno;
  if (error == 0) return base::kDone;
  ::unlink(path.c_str());
  if (error < 0) return lmdb_error("copy", error);
  return base::file_error("write the backup", path, error);
}

}  // namespace storage
