#include "upstream/transport/stdio_transport.h"

#include <fcntl.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>

namespace upstream {
namespace {

// Both ends of one pipe, close-on-exec; closed when not taken. Resource.
struct PipeEnds {
  int read = -1;
  int write = -1;

  PipeEnds() = default;
  PipeEnds(const PipeEnds&) = delete;
  PipeEnds& operator=(const PipeEnds&) = delete;
  ~PipeEnds() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
  bool open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
};

uv_stream_t* stream(uv_pipe_t& pipe) {
  return reinterpret_cast<uv_stream_t*>(&pipe);
}

}  // namespace

StdioTransport::StdioTransport(StdioHost& host, ChildSpec spec)
    : host_(host),
      spec_(std::move(spec)),
      child_(host, *this),
      reader_(host.options().line_bytes_max),
      log_(host.logs(), host.loop(), spec_.server, base::SecretMask(spec_.secrets)) {}

StdioTransport::~StdioTransport() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  if (writing_ != nullptr) writing_->owner = nullptr;
}

void StdioTransport::start(TransportListener& listener) {
  assert(phase_ == Phase::idle);
  listener_ = &listener;
  const int error = open_pipes_and_spawn();
  if (error == 0) {
    phase_ = Phase::open;
    return;
  }
  failure_ = shim_failure(error, host_.options().shim_path);
  phase_ = Phase::closed;
  host_.loop().turn().schedule(turn_hook_);
}

// 0 or an errno.
int StdioTransport::open_pipes_and_spawn() {
  PipeEnds in;
  PipeEnds out;
  PipeEnds err;
  if (!in.open() || !out.open() || !err.open()) return errno;
  if (!adopt(stdin_, std::exchange(in.write, -1)) || !adopt(stdout_, std::exchange(out.read, -1)) ||
      !adopt(stderr_, std::exchange(err.read, -1))) {
    return EMFILE;
  }
  const int error = child_.spawn(spec_, {in.read, out.write, err.write});
  if (error != 0) {
    stdin_.reset();
    stdout_.reset();
    stderr_.reset();
    return error;
  }
  read_from(*stdout_);
  read_from(*stderr_);
  return 0;
}

bool StdioTransport::adopt(Pipe& pipe, int descriptor) {
  auto* box = new PipeBox{{}, this};
  uv_pipe_init(host_.loop().uv(), &box->handle, /*ipc=*/0);
  box->handle.data = box;
  pipe.reset(box);
  if (uv_pipe_open(&box->handle, descriptor) == 0) return true;
  ::close(descriptor);
  return false;
}

void StdioTransport::read_from(PipeBox& pipe) {
  uv_read_start(
      stream(pipe.handle),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        *buffer = static_cast<PipeBox*>(handle->data)->owner->host_.read_buffer();
      },
      [](uv_stream_t* from, ssize_t size, const uv_buf_t* buffer) {
        if (size == 0) return;
        auto* box = static_cast<PipeBox*>(from->data);
        StdioTransport& self = *box->owner;
        const std::string_view bytes(buffer->base, size > 0 ? static_cast<std::size_t>(size) : 0);
        box == self.stdout_.get() ? self.on_stdout(size, bytes) : self.on_stderr(size, bytes);
      });
}

void StdioTransport::pause(PipeBox& pipe) {
  uv_read_stop(stream(pipe.handle));
}

void StdioTransport::on_stdout(ssize_t size, std::string_view bytes) {
  if (size < 0) {
    stdout_.reset();
    if (phase_ == Phase::open) await_end();
    finish_if_complete();
    return;
  }
  if (read_in_turn_ == 0) host_.loop().turn().schedule(turn_hook_);
  read_in_turn_ += bytes.size();
  if (read_in_turn_ >= kReadBytesPerTurn) pause(*stdout_);
  deliver_lines(bytes);
}

// The listener may destroy this: nothing may follow.
void StdioTransport::deliver_lines(std::string_view bytes) {
  bool destroyed = false;
  destroyed_ = &destroyed;
  reader_.feed(bytes);
  std::string_view text;
  while (true) {
    const LineReader::Event event = reader_.next(text);
    if (event == LineReader::Event::none) break;
    event == LineReader::Event::line ? listener_->on_message(text) : listener_->on_oversized(text);
    if (destroyed) return;
  }
  destroyed_ = nullptr;
}

void StdioTransport::on_stderr(ssize_t size, std::string_view bytes) {
  if (size < 0) {
    log_.end();
    stderr_.reset();
    finish_if_complete();
    return;
  }
  log_.add(bytes);
  if (phase_ == Phase::ended) return;
  if (stderr_in_window_ == 0) host_.loop().runtime().start(stderr_timer_, kStderrWindow);
  stderr_in_window_ += bytes.size();
  if (stderr_in_window_ >= kStderrBytesPerWindow) pause(*stderr_);
}

void StdioTransport::resume_stderr() {
  stderr_in_window_ = 0;
  if (stderr_) read_from(*stderr_);
}

bool StdioTransport::send(const Outgoing& message) {
  if (phase_ != Phase::open || !stdin_) return false;
  const std::size_t waiting = outgoing_.size() + (writing_ != nullptr ? writing_->bytes.size() : 0);
  if (waiting + message.bytes.size() + 1 > host_.options().unsent_bytes_max) return false;
  if (outgoing_.empty()) {
    outgoing_ = host_.buffers().take();
    host_.loop().turn().schedule(turn_hook_);
  }
  outgoing_.append(message.bytes);
  outgoing_ += '\n';
  return true;
}

void StdioTransport::end_turn() {
  if (phase_ == Phase::closed) {
    finish();
    return;
  }
  if (read_in_turn_ >= kReadBytesPerTurn && stdout_ && !paused_) read_from(*stdout_);
  read_in_turn_ = 0;
  flush();
}

void StdioTransport::flush() {
  if (outgoing_.empty() || writing_ != nullptr || !stdin_) return;
  std::string bytes = std::exchange(outgoing_, {});
  const uv_buf_t buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
  const int sent = uv_try_write(stream(stdin_->handle), &buffer, 1);
  if (sent == static_cast<int>(bytes.size())) {
    host_.buffers().give(std::move(bytes));
  } else if (sent >= 0 || sent == UV_EAGAIN) {
    write_rest(std::move(bytes), sent > 0 ? static_cast<std::size_t>(sent) : 0);
  } else {
    on_written(std::move(bytes), sent);
  }
}

void StdioTransport::write_rest(std::string bytes, std::size_t sent) {
  writing_ = new WriteBox{{}, this, std::move(bytes)};
  writing_->request.data = writing_;
  std::string& rest = writing_->bytes;
  const uv_buf_t buffer =
      uv_buf_init(rest.data() + sent, static_cast<unsigned>(rest.size() - sent));
  uv_write(&writing_->request, stream(stdin_->handle), &buffer, 1,
           [](uv_write_t* request, int status) {
             const std::unique_ptr<WriteBox> box(static_cast<WriteBox*>(request->data));
             if (box->owner == nullptr) return;
             box->owner->writing_ = nullptr;
             box->owner->on_written(std::move(box->bytes), status);
           });
}

void StdioTransport::on_written(std::string buffer, int status) {
  host_.buffers().give(std::move(buffer));
  if (status == UV_ECANCELED) return;  // stdin was closed under it
  if (status < 0) {
    stdin_.reset();
    if (phase_ == Phase::open) await_end();
    return;
  }
  flush();
  if (phase_ == Phase::stdin_closed && writing_ == nullptr) stdin_.reset();
}

void StdioTransport::close() {
  if (phase_ != Phase::open) return;
  stop_asked_ = true;
  begin_stop();
}

void StdioTransport::set_paused(bool paused) {
  paused_ = paused;
  if (!stdout_) return;
  paused ? pause(*stdout_) : read_from(*stdout_);
}

// A pipe was closed from the other side. Most often that is how the end of the process shows first.
void StdioTransport::await_end() {
  if (stop_timer_.armed()) return;
  host_.loop().runtime().start(stop_timer_, host_.options().stop_times.after_output_closed);
}

void StdioTransport::begin_stop() {
  phase_ = Phase::stdin_closed;
  close_stdin();
  host_.loop().runtime().start(stop_timer_, host_.options().stop_times.after_stdin_closed);
}

// What was sent before the stop still leaves, if the child reads it in time.
void StdioTransport::close_stdin() {
  flush();
  if (writing_ == nullptr) stdin_.reset();
}

void StdioTransport::on_stop_timer() {
  const StopTimes& times = host_.options().stop_times;
  const base::Runtime runtime = host_.loop().runtime();
  switch (phase_) {
    case Phase::stdin_closed:
      phase_ = Phase::terminated;
      stdin_.reset();
      child_.terminate();
      runtime.start(stop_timer_, times.after_terminate);
      return;
    case Phase::terminated:
      phase_ = Phase::killed;
      log_.note("did not end after SIGTERM: all of its processes are killed");
      child_.kill_tree();
      runtime.start(stop_timer_, times.after_kill);
      return;
    case Phase::killed:
      phase_ = Phase::forced;
      child_.force_end();
      return;
    case Phase::ended:
      finish();
      return;
    case Phase::open:
      closed_output_ = true;
      begin_stop();
      return;
    case Phase::idle:
    case Phase::forced:
    case Phase::closed:
      return;
  }
}

void StdioTransport::on_child_ended(const ChildProcess::End& end) {
  phase_ = Phase::ended;
  stdin_.reset();
  if (end.start_error) {
    failure_ = start_failure(*end.start_error, spec_);
  } else {
    failure_ = run_failure({end.command_end, closed_output_, stop_asked_});
  }
  stderr_timer_.cancel();
  if (stderr_) read_from(*stderr_);
  host_.loop().runtime().start(stop_timer_, host_.options().stop_times.for_pipes);
  finish_if_complete();
}

void StdioTransport::finish_if_complete() {
  if (phase_ == Phase::ended && !stdout_ && !stderr_) finish();
}

void StdioTransport::finish() {
  phase_ = Phase::closed;
  stop_timer_.cancel();
  turn_hook_.cancel();
  stdout_.reset();
  stderr_.reset();
  log_.end();
  if (failure_.kind == FailureKind::exited) add_stderr(failure_, log_.tail(), stop_asked_);
  listener_->on_closed(failure_);
}

}  // namespace upstream
