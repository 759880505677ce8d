// One exchange on its way through a worker thread: what both sides share, and how the worker's
// reports reach the loop. Resources.
//
// Threads: the loop makes, cancels and reads it; one worker carries it out. Everything that both
//          touch is behind `mutex_`.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "base/mailbox.h"
#include "upstream/http/exchange.h"
#include "upstream/http/http_site.h"

namespace upstream {

class ExchangeJob;
class HttpWorker;

// What a worker says.
struct WorkerReport {
  struct Ended {};                     // the worker itself: it was idle for too long
  std::shared_ptr<ExchangeJob> job;    // null for Ended
  std::shared_ptr<HttpWorker> worker;  // of HttpEnd and Ended
  std::variant<HttpHead, std::vector<protocol::SseEvent>, HttpEnd, Ended> what;
};

// The workers' end of the mailbox. A thread that hangs may come back when the loop is gone: then
// what it says is dropped.
class ReportBox {
 public:
  static constexpr std::size_t kReportsMax = 1U << 20;  // credit bounds them long before

  ReportBox(base::Loop& loop, base::Mailbox<WorkerReport>::Receive receive)
      : mailbox_(
            std::make_unique<base::Mailbox<WorkerReport>>(loop, kReportsMax, std::move(receive))) {}
  void post(WorkerReport report);
  // On the loop; nothing is received any more.
  void close();

 private:
  std::mutex mutex_;
  std::unique_ptr<base::Mailbox<WorkerReport>> mailbox_;  // guarded by mutex_; null once closed
};

class ExchangeJob : public std::enable_shared_from_this<ExchangeJob> {
 public:
  // What one exchange may have on its way to the loop before its worker waits.
  static constexpr std::size_t kUndeliveredBytesMax = 1024UL * 1024;

  ExchangeJob(HttpSitePtr site, HttpRequest request, std::shared_ptr<ReportBox> reports)
      : site_(std::move(site)), request_(std::move(request)), reports_(std::move(reports)) {}
  ExchangeJob(const ExchangeJob&) = delete;
  ExchangeJob& operator=(const ExchangeJob&) = delete;

  const HttpRequest& request() const { return request_; }
  const HttpSite& site() const { return *site_; }

  // --- the worker's side ---
  bool cancelled() const;
  // The connection in use, or -1: cancel() shuts it down. A duplicate of the worker's descriptor,
  // which stays open until the next call.
  void watch_socket(int descriptor);
  void post_head(HttpHead head);
  // Waits while the loop is behind. False: cancelled.
  bool post_events(std::vector<protocol::SseEvent> events);
  void post_end(HttpEnd end, std::shared_ptr<HttpWorker> worker);

  // --- the loop's side ---
  void cancel();
  void give_credit(std::size_t bytes);
  static std::size_t size_of(const std::vector<protocol::SseEvent>& events);

 private:
  const HttpSitePtr site_;
  const HttpRequest request_;
  const std::shared_ptr<ReportBox> reports_;

  mutable std::mutex mutex_;
  std::condition_variable delivered_;
  std::size_t undelivered_bytes_ = 0;
  int socket_ = -1;
  bool cancelled_ = false;
};

}  // namespace upstream
