#include "upstream/http/http_worker.h"

#include <pthread.h>

#include <csignal>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace upstream {
namespace {

// Signals are the loop thread's.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &former_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t former_{};
};

// The libraries below may throw; nothing may leave a thread.
HttpEnd carry_safely(BlockingConnection& connection, ExchangeJob& job) {
  HttpEnd end;
  try {
    return connection.carry(job);
  } catch (const std::exception& problem) {
    end.detail = problem.what();
  }
  end.fault = HttpFault::internal;
  return end;
}

}  // namespace

void ThreadCount::add() {
  const std::lock_guard lock(mutex_);
  ++count_;
}

void ThreadCount::remove() {
  const std::lock_guard lock(mutex_);
  --count_;
  changed_.notify_all();
}

bool ThreadCount::wait_for_none(base::Milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return count_ == 0; });
}

std::uint32_t ThreadCount::get() {
  const std::lock_guard lock(mutex_);
  return count_;
}

bool HttpWorker::start() {
  const SignalsBlocked inherited;
  setup_.threads->add();
  try {
    std::thread([self = shared_from_this()] {
      pthread_setname_np(pthread_self(), "http-upstream");
      self->run();
      self->setup_.threads->remove();
    }).detach();
    return true;
  } catch (const std::system_error&) {
    setup_.threads->remove();
    return false;
  }
}

bool HttpWorker::give(std::shared_ptr<ExchangeJob> job) {
  const std::lock_guard lock(mutex_);
  if (ending_) return false;
  job_ = std::move(job);
  wake_.notify_one();
  return true;
}

void HttpWorker::end() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  wake_.notify_one();
}

std::shared_ptr<ExchangeJob> HttpWorker::next_job() {
  std::unique_lock lock(mutex_);
  const bool woken = wake_.wait_for(lock, setup_.idle_max, [this] { return job_ || ending_; });
  if (!woken) ending_ = true;
  return std::exchange(job_, nullptr);
}

void HttpWorker::run() {
  std::unique_ptr<BlockingConnection> connection;
  while (const std::shared_ptr<ExchangeJob> job = next_job()) {
    if (!connection) connection = setup_.connect(setup_.site);
    HttpEnd end = carry_safely(*connection, *job);
    const bool usable = end.fault == HttpFault::none && !job->cancelled();
    if (!usable) connection.reset();
    job->post_end(std::move(end), shared_from_this());
  }
  connection.reset();
  setup_.reports->post({nullptr, shared_from_this(), WorkerReport::Ended{}});
}

}  // namespace upstream
