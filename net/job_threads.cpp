#include "net/job_threads.h"

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include "base/mailbox.h"

namespace net {
namespace {

constexpr std::size_t kWordsMax = 1U << 16;

}  // namespace

struct JobThreads::Shared : std::enable_shared_from_this<Shared> {
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable ended;  // a thread
  // All below is guarded by mutex.
  std::deque<Job> waiting;
  std::multiset<base::TimePoint> started;  // of what runs
  std::size_t threads = 0;
  bool closed = false;
  std::unique_ptr<base::Mailbox<Done>> words;  // null once closed

  bool needs_thread() const {
    const std::size_t free = threads - started.size();
    if (waiting.size() <= free || threads >= kThreadsMax) return false;
    const auto quick = started.upper_bound(base::SystemClock().now() - kSlowAfter);
    return static_cast<std::size_t>(std::distance(quick, started.end())) + free < kQuickMax;
  }
  void start_thread();
  void work();
  std::optional<base::TimePoint> next(Job& job);
  void finish(base::TimePoint since, Done done);
};

// REQUIRES: the mutex is held. Signals are the loop thread's: the new one inherits that.
void JobThreads::Shared::start_thread() {
  sigset_t all;
  sigset_t former;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &former);
  ++threads;
  try {
    std::thread([self = shared_from_this()] {
      pthread_setname_np(pthread_self(), "net-jobs");
      self->work();
      const std::lock_guard lock(self->mutex);
      --self->threads;
      self->ended.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    --threads;  // those that run take it in time
  }
  pthread_sigmask(SIG_SETMASK, &former, nullptr);
}

// When the job was taken; nothing: the thread is to end.
std::optional<base::TimePoint> JobThreads::Shared::next(Job& job) {
  std::unique_lock lock(mutex);
  (void)wake.wait_for(lock, kIdleMax, [this] { return closed || !waiting.empty(); });
  if (closed || waiting.empty()) return std::nullopt;
  job = std::move(waiting.front());
  waiting.pop_front();
  return *started.insert(base::SystemClock().now());
}

void JobThreads::Shared::finish(base::TimePoint since, Done done) {
  const std::lock_guard lock(mutex);
  started.erase(started.find(since));
  if (words) (void)words->post(std::move(done));
}

void JobThreads::Shared::work() {
  Job job;
  while (const auto since = next(job)) {
    Done done = job();
    job = nullptr;
    finish(*since, std::move(done));
  }
}

JobThreads::JobThreads(base::Loop& loop) : loop_(loop), shared_(std::make_shared<Shared>()) {
  shared_->words =
      std::make_unique<base::Mailbox<Done>>(loop, kWordsMax, [](Done&& done) { done(); });
}

JobThreads::~JobThreads() {
  std::unique_ptr<base::Mailbox<Done>> words;
  std::unique_lock lock(shared_->mutex);
  shared_->closed = true;
  shared_->waiting.clear();
  words = std::move(shared_->words);
  shared_->wake.notify_all();
  shared_->ended.wait_for(lock, kEndPatience, [this] { return shared_->threads == 0; });
}

void JobThreads::run(Job job) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->waiting.push_back(std::move(job));
    shared_->wake.notify_one();
  }
  look_for_slow();
}

// Also when none came to an end: somebody waits behind those that are slow.
void JobThreads::look_for_slow() {
  bool waits = false;
  {
    const std::lock_guard lock(shared_->mutex);
    while (shared_->needs_thread()) {
      const std::size_t before = shared_->threads;
      shared_->start_thread();
      if (shared_->threads == before) break;
    }
    waits = !shared_->waiting.empty();
  }
  if (waits && !slow_timer_.armed()) loop_.runtime().start(slow_timer_, kSlowAfter);
}

std::size_t JobThreads::threads() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->threads;
}

}  // namespace net
