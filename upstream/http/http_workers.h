// Carries the exchanges of all HTTP upstreams out on threads: decides who gets one, starts and ends
// them, brings what they report to the loop in batches. Resource.
//
// Ownership: the daemon's; outlives every client it made and every exchange of theirs.
// Threads:   the loop thread. Destroying it waits end_patience for its threads; one that hangs then
//            is left to the end of the process and touches nothing of ours any more.
// Limits:    ThreadBudget; a worker that was idle for idle_max ends.
// Cost:      nothing for an upstream that has no exchange under way.
#pragma once
#include <array>
#include <deque>
#include <list>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/loop.h"
#include "upstream/http/http_worker.h"
#include "upstream/http/thread_budget.h"

namespace upstream {

struct HttpWorkersOptions {
  ConnectionFactory connect;  // httplib_connections() in the daemon
  base::Milliseconds idle_max = std::chrono::seconds(30);
  // A thread that was given up on and is not back by then counts as hanging.
  base::Milliseconds hangs_after = std::chrono::seconds(2);
  base::Milliseconds end_patience = std::chrono::seconds(1);
};

class HttpWorkers {
 public:
  HttpWorkers(base::Loop& loop, HttpWorkersOptions options);
  ~HttpWorkers();
  HttpWorkers(const HttpWorkers&) = delete;
  HttpWorkers& operator=(const HttpWorkers&) = delete;

  // Once the client is destroyed, so are its idle connections.
  std::unique_ptr<HttpClient> client(HttpSitePtr site);

  struct Counts {
    std::uint32_t threads = 0;  // all of them
    std::uint32_t busy = 0;
    std::uint32_t hanging = 0;
  };
  Counts counts() const { return {threads_->get(), budget_.busy(), budget_.hanging()}; }

 private:
  struct Site;
  using SitePtr = std::shared_ptr<Site>;
  class Exchange;
  class Client;

  struct Busy {
    SitePtr site;
    HttpLane lane = HttpLane::call;
    Exchange* exchange = nullptr;  // null: given up on
    base::TimePoint abandoned_at{};
    bool hanging = false;
  };
  struct Idle {
    std::shared_ptr<HttpWorker> worker;
    SitePtr site;
  };

  void request(Exchange& exchange);
  void withdraw(Exchange& exchange);
  void start(Exchange& exchange);
  void pump(Site& site);
  void pump_all();
  bool hand_over(const SitePtr& site, const std::shared_ptr<ExchangeJob>& job);
  void make_room();
  void trim_idle();
  void end_oldest_idle();
  void release(Site& site);

  void receive(WorkerReport&& report);
  void deliver(const std::shared_ptr<ExchangeJob>& job,
               const std::vector<protocol::SseEvent>& events);
  void end(const ExchangeJob* job, const std::shared_ptr<HttpWorker>& worker, HttpEnd&& how);
  void rest(const std::shared_ptr<HttpWorker>& worker, const SitePtr& site);
  void forget(const HttpWorker* worker);
  Exchange* exchange_of(const ExchangeJob* job) const;
  void look_for_hanging();

  base::Loop& loop_;
  const HttpWorkersOptions options_;
  std::shared_ptr<ReportBox> reports_;
  std::shared_ptr<ThreadCount> threads_ = std::make_shared<ThreadCount>();
  ThreadBudget budget_;
  std::unordered_map<const ExchangeJob*, Busy> busy_;
  std::unordered_set<std::shared_ptr<HttpWorker>> working_;
  std::list<Idle> idle_;  // the longest idle first
  std::vector<std::weak_ptr<Site>> sites_;
  std::size_t next_site_ = 0;  // in turn, so that none is served first for ever
  std::size_t waiting_ = 0;    // exchanges of all sites
  base::Timer<HttpWorkers, &HttpWorkers::look_for_hanging> hanging_timer_{*this};
};

}  // namespace upstream
