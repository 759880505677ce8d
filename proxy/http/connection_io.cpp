// The socket side of Connection: batched writes, orderly closing, deadlines.
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "proxy/http/connection.h"
#include "proxy/http/server_core.h"

namespace proxy::http {
namespace {

constexpr base::Duration kLingerTime = std::chrono::seconds(1);
constexpr base::TimePoint kNever = base::TimePoint::max();

}  // namespace

// The end of a turn in which something was answered, or of a write: whatever can go on, goes on.
// May destroy *this.
void Connection::settle() {
  resume_stash();
  flush();
  account_untaken();
  if (doomed_) {
    end();
    return;
  }
  if (was_congested_ && queued_bytes() <= core_.limits.queue_high_water_bytes / 2) {
    was_congested_ = false;
    if (phase_ == Phase::streaming && exchange_->watcher_ != nullptr) {
      exchange_->watcher_->on_writable(*exchange_);
    }
  }
  // The flush may have made the room that the rest of the stash waits for.
  go_on_next_turn();
  if (phase_ == Phase::closing && queued_bytes() == 0) close_orderly();
}

// A timer that is due fires after the next poll.
void Connection::go_on_next_turn() {
  if (!stash_.empty() && may_consume()) arm(core_.now());
}

void Connection::resume_stash() {
  if (stash_.empty() || !may_consume() || !has_its_turn()) return;
  std::string input = std::exchange(stash_, {});
  consume(input);
  core_.buffers.give(input);
  if (reading_paused_ && stash_.size() <= core_.limits.pipelined_bytes_max) start_reading();
}

// Never destroys *this: a failure dooms it.
void Connection::flush() {
  if (write_ != nullptr || out_.empty()) return;
  const uv_buf_t buffer = uv_buf_init(out_.data(), static_cast<unsigned>(out_.size()));
  const int written = uv_try_write(&socket_->handle, &buffer, 1);
  if (written < 0 && written != UV_EAGAIN) {
    doomed_ = true;
  } else if (written == static_cast<int>(out_.size())) {
    core_.buffers.give(out_);
  } else {
    write_rest(static_cast<std::size_t>(std::max(written, 0)));
  }
}

// What is large does not wait for the end of the turn, in which many may be made.
void Connection::flush_if_large() {
  if (out_.size() <= core_.limits.queue_high_water_bytes) return;
  flush();
  account_untaken();
}

void Connection::account_untaken() {
  if (doomed_) return;
  const std::size_t now = write_ == nullptr ? 0 : write_->bytes.capacity() + out_.capacity();
  if (now == untaken_bytes_) return;
  if (untaken_bytes_ == 0) untaken_since_ = core_.now();
  core_.untaken_bytes = core_.untaken_bytes - untaken_bytes_ + now;
  untaken_bytes_ = now;
  core_.limit_untaken();
}

void Connection::cut_off() {
  core_.untaken_bytes -= std::exchange(untaken_bytes_, 0);
  doomed_ = true;
  core_.loop.turn().schedule(turn_hook_);
}

void Connection::write_rest(std::size_t written) {
  auto box = std::make_unique<WriteBox>();
  box->bytes = std::exchange(out_, {});
  box->connection = this;
  box->request.data = box.get();
  const std::size_t rest = box->bytes.size() - written;
  const uv_buf_t buffer = uv_buf_init(box->bytes.data() + written, static_cast<unsigned>(rest));
  const int error =
      uv_write(&box->request, &socket_->handle, &buffer, 1, [](uv_write_t* request, int status) {
        const std::unique_ptr<WriteBox> done(static_cast<WriteBox*>(request->data));
        if (done->connection != nullptr) done->connection->on_written(status);
      });
  if (error != 0) {
    doomed_ = true;
    return;
  }
  write_ = box.release();
  bytes_in_flight_ = unsent_at_last_look_ = rest;
  looked_at_ = core_.now();
  arm(write_due());
}

void Connection::on_written(int status) {
  write_ = nullptr;
  bytes_in_flight_ = 0;
  if (status < 0) doomed_ = true;
  settle();
}

// Ends our side and waits briefly for the peer to end its own: closing at once, with bytes of it
// unread, would reset the connection and could destroy the answer on its way.
void Connection::close_orderly() {
  uv_os_fd_t descriptor = -1;
  if (peer_ended_ ||
      uv_fileno(reinterpret_cast<uv_handle_t*>(&socket_->handle), &descriptor) != 0) {
    end();
    return;
  }
  ::shutdown(descriptor, SHUT_WR);
  phase_ = Phase::lingering;
  phase_since_ = core_.now();
  core_.buffers.give(stash_);
  if (reading_paused_) start_reading();
  arm(phase_due());
  core_.on_lingering();
}

base::TimePoint Connection::phase_due() const {
  switch (phase_) {
    case Phase::idle:
      return phase_since_ + core_.limits.idle_time;
    case Phase::reading:
      return phase_since_ +
             (parser_->head_complete() ? core_.limits.body_time : core_.limits.head_time);
    case Phase::lingering:
      return phase_since_ + kLingerTime;
    case Phase::answering:
    case Phase::streaming:
    case Phase::closing:
      break;
  }
  return kNever;
}

base::TimePoint Connection::write_due() const {
  return write_ == nullptr ? kNever : looked_at_ + core_.limits.stalled_write_time;
}

// A deadline that moves away is left armed: it fires early, finds nothing due, and is set anew. So
// a usual request starts no timer.
void Connection::arm(base::TimePoint due) {
  if (due == kNever || (timer_.armed() && armed_for_ <= due)) return;
  armed_for_ = due;
  core_.loop.timers().start(timer_, due);
}

bool Connection::write_is_stalled(base::TimePoint now) {
  if (write_due() > now) return false;
  const std::size_t unsent = uv_stream_get_write_queue_size(&socket_->handle);
  if (unsent >= unsent_at_last_look_) return true;
  unsent_at_last_look_ = unsent;
  looked_at_ = now;
  return false;
}

void Connection::on_timer() {
  const base::TimePoint now = core_.now();
  if (write_is_stalled(now)) {
    ++core_.counters.timed_out;
    end();
    return;
  }
  if (phase_due() <= now) {
    if (phase_ != Phase::reading) {
      end();
      return;
    }
    ++core_.counters.timed_out;
    refuse(Status::request_timeout, "The request took too long to arrive.");
  }
  if (!stash_.empty()) core_.loop.turn().schedule(turn_hook_);
  arm(std::min(phase_due(), write_due()));
}

}  // namespace proxy::http
