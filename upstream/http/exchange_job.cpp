#include "upstream/http/exchange_job.h"

#include <sys/socket.h>

#include <utility>

namespace upstream {

void ReportBox::post(WorkerReport report) {
  const std::lock_guard lock(mutex_);
  if (mailbox_) (void)mailbox_->post(std::move(report));
}

void ReportBox::close() {
  const std::lock_guard lock(mutex_);
  mailbox_.reset();
}

bool ExchangeJob::cancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

void ExchangeJob::watch_socket(int descriptor) {
  const std::lock_guard lock(mutex_);
  socket_ = descriptor;
  if (cancelled_ && socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void ExchangeJob::post_head(HttpHead head) {
  reports_->post({shared_from_this(), nullptr, std::move(head)});
}

bool ExchangeJob::post_events(std::vector<protocol::SseEvent> events) {
  {
    std::unique_lock lock(mutex_);
    delivered_.wait(lock,
                    [this] { return cancelled_ || undelivered_bytes_ <= kUndeliveredBytesMax; });
    if (cancelled_) return false;
    undelivered_bytes_ += size_of(events);
  }
  reports_->post({shared_from_this(), nullptr, std::move(events)});
  return true;
}

void ExchangeJob::post_end(HttpEnd end, std::shared_ptr<HttpWorker> worker) {
  reports_->post({shared_from_this(), std::move(worker), std::move(end)});
}

void ExchangeJob::cancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  }
  delivered_.notify_all();
}

void ExchangeJob::give_credit(std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    undelivered_bytes_ -= bytes;
  }
  delivered_.notify_all();
}

std::size_t ExchangeJob::size_of(const std::vector<protocol::SseEvent>& events) {
  std::size_t bytes = 0;
  for (const protocol::SseEvent& event : events) bytes += event.data.size() + event.id.size();
  return bytes;
}

}  // namespace upstream
