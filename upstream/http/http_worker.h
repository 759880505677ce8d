// A thread with one connection to one site, which carries out one exchange after the other and ends
// when it has been idle for a while. Resource.
//
// Ownership: shared between the loop and its thread, which is never joined: it may hang in the
//            name service. What it needs it holds by itself.
// Threads:   give() and end() on the loop; the rest on its own.
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "upstream/http/exchange_job.h"

namespace upstream {

// What a worker does its work with. Used by one thread; may block.
class BlockingConnection {
 public:
  virtual ~BlockingConnection() = default;
  // Carries the exchange out to its end; heads and events go to the job as they come.
  virtual HttpEnd carry(ExchangeJob& job) = 0;
};
// Called on the worker's thread.
using ConnectionFactory =
    std::function<std::unique_ptr<BlockingConnection>(const HttpSitePtr& site)>;

// Counts the threads that live, so that their end can be waited for.
class ThreadCount {
 public:
  void add();
  void remove();
  // False when some are left after `patience`.
  bool wait_for_none(base::Milliseconds patience);
  std::uint32_t get();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint32_t count_ = 0;
};

class HttpWorker : public std::enable_shared_from_this<HttpWorker> {
 public:
  struct Setup {
    HttpSitePtr site;
    std::shared_ptr<ReportBox> reports;
    std::shared_ptr<ThreadCount> threads;
    ConnectionFactory connect;
    base::Milliseconds idle_max{};
  };

  explicit HttpWorker(Setup setup) : setup_(std::move(setup)) {}
  HttpWorker(const HttpWorker&) = delete;
  HttpWorker& operator=(const HttpWorker&) = delete;

  // False: the system gives no thread.
  bool start();
  // False: it has ended of idleness just now. REQUIRES: it is idle.
  bool give(std::shared_ptr<ExchangeJob> job);
  // Once it is idle.
  void end();

 private:
  void run();
  std::shared_ptr<ExchangeJob> next_job();

  const Setup setup_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<ExchangeJob> job_;
  bool ending_ = false;
};

}  // namespace upstream
