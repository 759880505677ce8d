#include "upstream/session/message_gate.h"

#include <utility>

namespace upstream {

bool MessageGate::is_long(std::string_view bytes) const {
  return offload_ && bytes.size() > protocol::kInlineBytesMax;
}

void MessageGate::clear() {
  if (scan_) scan_->gate = nullptr;
  scan_.reset();
  waiting_.clear();
  waiting_bytes_ = 0;
  transport_ = nullptr;
}

void MessageGate::on_related_message(std::string_view raw_id, std::string_view bytes) {
  if (scan_) return wait({Kind::message, std::string(bytes), {}, std::string(raw_id)});
  is_long(bytes) ? scan_beside(std::string(raw_id), std::string(bytes))
                 : sink_.on_scanned(raw_id, bytes, protocol::scan(bytes));
}

void MessageGate::on_oversized(std::string_view raw_id) {
  scan_ ? wait({Kind::oversized, std::string(raw_id), {}, {}}) : sink_.on_oversized(raw_id);
}

void MessageGate::on_request_failed(std::string_view raw_id, const Failure& failure) {
  scan_ ? wait({Kind::request_failed, std::string(raw_id), failure, {}})
        : sink_.on_request_failed(raw_id, failure);
}

void MessageGate::on_session_renewed() {
  scan_ ? wait({Kind::session_renewed, {}, {}, {}}) : sink_.on_session_renewed();
}

void MessageGate::on_closed(const Failure& failure) {
  scan_ ? wait({Kind::closed, {}, failure, {}}) : sink_.on_closed(failure);
}

void MessageGate::wait(Event event) {
  waiting_bytes_ += event.text.size();
  waiting_.push_back(std::move(event));
  pause_if_needed();
}

void MessageGate::pause_if_needed() {
  const bool wanted = waiting_bytes_ > kWaitingBytesMax;
  if (wanted == paused_ || transport_ == nullptr) return;
  paused_ = wanted;
  transport_->set_paused(wanted);
}

void MessageGate::scan_beside(std::string of_request, std::string bytes) {
  scan_ = std::make_shared<Scan>();
  scan_->gate = this;
  scan_->of_request = std::move(of_request);
  scan_->bytes = std::move(bytes);
  offload_([scan = scan_] { scan->outcome.emplace(protocol::scan(scan->bytes)); },
           [scan = scan_] {
             if (scan->gate != nullptr) scan->gate->on_scan_done(*scan);
           });
}

// `scan` is held by the caller.
void MessageGate::on_scan_done(Scan& scan) {
  sink_.on_scanned(scan.of_request, scan.bytes, *scan.outcome);
  if (scan.gate != nullptr) deliver_waiting();
}

// Until a long one, or the end. Each may clear the gate.
void MessageGate::deliver_waiting() {
  const std::shared_ptr<Scan> done = scan_;
  while (done->gate != nullptr && !waiting_.empty()) {
    Event event = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= event.text.size();
    if (event.kind == Kind::message && is_long(event.text)) {
      pause_if_needed();
      return scan_beside(std::move(event.of_request), std::move(event.text));
    }
    deliver(event);
  }
  if (done->gate == nullptr) return;
  scan_.reset();
  pause_if_needed();
}

void MessageGate::deliver(const Event& event) {
  switch (event.kind) {
    case Kind::message:
      return sink_.on_scanned(event.of_request, event.text, protocol::scan(event.text));
    case Kind::oversized:
      return sink_.on_oversized(event.text);
    case Kind::request_failed:
      return sink_.on_request_failed(event.text, event.failure);
    case Kind::session_renewed:
      return sink_.on_session_renewed();
    case Kind::closed:
      return sink_.on_closed(event.failure);
  }
}

}  // namespace upstream
