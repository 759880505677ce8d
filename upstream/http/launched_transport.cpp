#include "upstream/http/launched_transport.h"

#include <utility>

namespace upstream {
namespace {

// What a server that is still starting looks like.
bool may_be_starting(const Failure& failure) {
  return failure.kind == FailureKind::network || failure.kind == FailureKind::connect_timeout;
}

}  // namespace

LaunchedTransport::LaunchedTransport(base::Runtime runtime, std::unique_ptr<Transport> process,
                                     Dial dial)
    : runtime_(runtime), dial_(std::move(dial)), process_(std::move(process)) {}

void LaunchedTransport::start(TransportListener& listener) {
  listener_ = &listener;
  process_->start(watch_);
  dial();
}

void LaunchedTransport::dial() {
  connection_ = dial_();
  TransportListener& listener = *this;
  connection_->start(listener);
  held_.send_to(*connection_);
}

bool LaunchedTransport::send(const Outgoing& message) {
  if (closing_ || reason_) return false;
  if (!settled_) held_.add(message);
  return connection_ == nullptr || connection_->send(message);
}

void LaunchedTransport::on_related_message(std::string_view raw_id, std::string_view bytes) {
  settled_ = true;
  held_.forget();
  raw_id.empty() ? listener_->on_message(bytes) : listener_->on_related_message(raw_id, bytes);
}

// Inside a call of the connection's: it lives to the end of the turn.
void LaunchedTransport::on_closed(const Failure& failure) {
  runtime_.turn.retire(std::move(connection_));
  if (!settled_ && !closing_ && may_be_starting(failure)) {
    return runtime_.start(timer_, kDialAgain);
  }
  reason_ = failure;
  process_->close();
}

void LaunchedTransport::on_process_ended(const Failure& failure) {
  timer_.cancel();
  if (connection_ != nullptr) runtime_.turn.retire(std::move(connection_));
  const Failure told = closing_ ? failure : reason_.value_or(failure);
  listener_->on_closed(told);
}

void LaunchedTransport::close() {
  if (std::exchange(closing_, true) || reason_) return;
  timer_.cancel();
  connection_ != nullptr ? connection_->close() : process_->close();
}

}  // namespace upstream
