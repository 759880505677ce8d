#include "proxy/config/intent_writer.h"

#include <fmt/format.h>

#include <utility>

namespace proxy::config {

using base::Error;
using base::ErrorCode;
using base::Result;

// One change on its way. Shared with the thread that runs its file steps, one side at a time.
struct IntentWriter::Job {
  Request request;
  Done done;
  std::uint64_t revision = 0;
  std::optional<Result<PreparedWrite>> write;
  bool settled_former = false;  // what earlier swaps left is durable
  SwapOutcome swap;
  IntentEntry entry;
  std::optional<Error> failure;  // what is answered once the file is as it was
};

IntentWriter::IntentWriter(base::FileSystem& files, IntentJournal& journal, Offload offload,
                           std::string path, std::uint64_t last_revision)
    : files_(files),
      journal_(journal),
      offload_(std::move(offload)),
      path_(std::move(path)),
      last_revision_(last_revision),
      self_(std::make_shared<IntentWriter*>(this)) {}

IntentWriter::~IntentWriter() {
  *self_ = nullptr;
}

void IntentWriter::submit(Request request, Done done) {
  auto job = std::make_shared<Job>();
  job->request = std::move(request);
  job->done = std::move(done);
  if (waiting_.size() >= kPendingMax) {
    offload_(
        [] {},
        [job] {
          job->done(Error{ErrorCode::overloaded,
                          fmt::format("{} changes of the configuration wait already.", kPendingMax),
                          "Try again in a moment."});
        });
    return;
  }
  waiting_.push_back(std::move(job));
  start_next();
}

void IntentWriter::start_next() {
  if (active_ != nullptr || waiting_.empty()) return;
  active_ = std::move(waiting_.front());
  waiting_.pop_front();
  active_->revision = ++last_revision_;
  const std::shared_ptr<Job> job = active_;
  run(
      job,
      [job, &files = files_, path = path_, to_settle = !unsettled_.empty()] {
        job->settled_former = to_settle && settle(files, path).ok();
        job->write = prepare_write(files, path, job->request.change, job->request.if_match,
                                   job->revision, job->request.review);
      },
      &IntentWriter::prepared);
}

void IntentWriter::close_unsettled(const std::shared_ptr<Job>& job, const Result<void>& closed) {
  if (closed) unsettled_.pop_back();
  job->settled_former = closed.ok();
  prepared(job);
}

void IntentWriter::prepared(const std::shared_ptr<Job>& job) {
  if (job->settled_former && !unsettled_.empty()) {
    return journal_.abandon(unsettled_.back(), guarded(job, &IntentWriter::close_unsettled));
  }
  if (!*job->write) return answer(job, job->write->error());
  const PreparedWrite& write = **job->write;
  if (!write.changes()) {
    return answer(job,
                  Outcome{false, 0, write.config, write.new_text, content_hash(write.new_text)});
  }
  job->entry = {job->revision, content_hash(write.old_text), content_hash(write.new_text),
                write.new_text};
  journal_.begin(job->entry, guarded(job, &IntentWriter::announced));
}

void IntentWriter::announced(const std::shared_ptr<Job>& job, const Result<void>& result) {
  if (result) {
    run(
        job, [job, &files = files_] { job->swap = commit_write(files, **job->write); },
        &IntentWriter::swapped);
  } else {
    job->failure = result.error();
    run(
        job, [job, &files = files_] { discard_write(files, **job->write); },
        &IntentWriter::answer_failure);
  }
}

void IntentWriter::swapped(const std::shared_ptr<Job>& job) {
  if (job->swap.result) {
    journal_.finish(job->entry, job->request.command, guarded(job, &IntentWriter::finished));
  } else {
    job->failure = job->swap.result.error();
    if (!job->swap.settled) {
      unsettled_.push_back(job->entry);
      return answer_failure(job);
    }
    journal_.abandon(job->entry, guarded(job, &IntentWriter::abandoned));
  }
}

void IntentWriter::finished(const std::shared_ptr<Job>& job, const Result<void>& result) {
  if (result) {
    PreparedWrite& write = **job->write;
    answer(job, Outcome{true, job->revision, std::move(write.config), std::move(write.new_text),
                        job->entry.new_hash});
    return;
  }
  job->failure = result.error();
  run(
      job, [job, &files = files_] { (void)revert_write(files, **job->write); },
      &IntentWriter::answer_failure);
}

// Whether the store took the mark or not, the file is as it was.
void IntentWriter::abandoned(const std::shared_ptr<Job>& job, const Result<void>&) {
  answer_failure(job);
}

void IntentWriter::answer_failure(const std::shared_ptr<Job>& job) {
  answer(job, *job->failure);
}

void IntentWriter::answer(const std::shared_ptr<Job>& job, Result<Outcome> result) {
  active_ = nullptr;
  const std::shared_ptr<IntentWriter*> self = self_;
  job->done(std::move(result));
  if (*self != nullptr) start_next();  // the callback may have destroyed this
}

void IntentWriter::run(const std::shared_ptr<Job>& job, std::function<void()> work, Step then) {
  offload_(std::move(work), [self = self_, job, then] {
    if (*self != nullptr) ((*self)->*then)(job);
  });
}

IntentJournal::Callback IntentWriter::guarded(const std::shared_ptr<Job>& job, ResultStep then) {
  return [self = self_, job, then](const Result<void>& result) {
    if (*self != nullptr) ((*self)->*then)(job, result);
  };
}

}  // namespace proxy::config
