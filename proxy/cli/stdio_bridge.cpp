#include "proxy/cli/stdio_bridge.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>

#include "protocol/jsonrpc.h"
#include "protocol/splice.h"
#include "upstream/transport/line_reader.h"

namespace proxy::cli {
namespace {

using protocol::Method;

// Everything but a call: asking again for a list or a text changes nothing.
bool is_repeatable(Method method) {
  return method != Method::tools_call && method != Method::unknown;
}

}  // namespace

StdioBridge::StdioBridge(DaemonAccess& access, std::string path, WriteLine write_line,
                         Complain complain)
    : access_(access),
      path_(std::move(path)),
      write_line_(std::move(write_line)),
      complain_(std::move(complain)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

StdioBridge::~StdioBridge() = default;

bool StdioBridge::run(int input) {
  std::thread control([this] { control_loop(); });
  std::thread listener([this] { listen_loop(); });
  upstream::LineReader reader(kLineBytesMax);
  std::vector<char> buffer(64 * 1024);
  const auto take = [&](std::string_view bytes) {
    reader.feed(bytes);
    std::string_view line;
    while (true) {
      const auto event = reader.next(line);
      if (event == upstream::LineReader::Event::none) return;
      if (event == upstream::LineReader::Event::line) on_line(line);
      if (event == upstream::LineReader::Event::oversized) {
        on_oversized(reader.oversized_request_id());
      }
    }
  };
  while (true) {
    std::array<pollfd, 2> waits{pollfd{input, POLLIN, 0}, pollfd{wake_.get(), POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) break;
    if (waits[1].revents != 0) break;
    if (waits[0].revents == 0) continue;
    const ssize_t count = ::read(input, buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) break;
    take({buffer.data(), static_cast<std::size_t>(count)});
  }
  take("\n");  // a last line without its end counts
  finish();
  control.join();
  listener.join();
  for (std::thread& worker : workers_) worker.join();
  const std::lock_guard lock(output_);
  return output_works_;
}

// Lets what was asked be answered, then ends the session and every thread.
void StdioBridge::finish() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  changed_.notify_all();
  changed_.wait_for(lock, kDrainTime,
                    [&] { return requests_.empty() && controls_.empty() && busy_ == 0; });
  const bool abandoned = busy_ > 0;
  stopping_ = true;
  changed_.notify_all();
  const McpSession open = session_;
  lock.unlock();
  if (!open.id.empty()) {
    // Also ends calls that are still under way, and with them the threads that wait for them.
    if (const auto address = access_.find()) McpLink(*address, path_).end(open);
  }
  lock.lock();
  for (McpLink* link : in_use_) link->stop();
  lock.unlock();
  if (abandoned)
    complain({base::ErrorCode::cancelled, "calls that took too long were given up", {}});
}

void StdioBridge::on_line(std::string_view line) {
  const protocol::Scanned scanned = protocol::scan(line);
  if (!scanned) {
    if (scanned.error().kind == protocol::ScanError::Kind::batch) {
      enqueue({std::string(line), "null", false});
      return;
    }
    std::string message;
    protocol::append_error_response(
        message, scanned.error().id,
        {scanned.error().jsonrpc_code, base::one_line(scanned.error().error), {}});
    write(message);
    return;
  }
  switch (scanned->kind) {
    case protocol::MessageKind::request: {
      Job job{std::string(line), std::string(scanned->id), is_repeatable(scanned->method)};
      if (scanned->method == Method::initialize) {
        initialize(job);
      } else {
        enqueue(std::move(job));
      }
      return;
    }
    case protocol::MessageKind::notification:
      if (scanned->method == Method::cancelled) cancel_queued(scanned->request_id);
      break;
    default:
      break;
  }
  const std::lock_guard lock(mutex_);
  if (controls_.size() < kQueueMax) controls_.push_back({std::string(line), {}, true});
  changed_.notify_all();
}

void StdioBridge::on_oversized(std::string_view request_id) {
  if (request_id.empty()) return;
  answer_error({{}, std::string(request_id), false}, protocol::kInvalidRequest,
               fmt::format("the message is over {} MiB: send less", kLineBytesMax >> 20));
}

void StdioBridge::enqueue(Job job) {
  std::unique_lock lock(mutex_);
  if (requests_.size() >= kQueueMax) {
    lock.unlock();
    answer_error(job, protocol::kInternalError, "too many requests wait already: try again later");
    return;
  }
  requests_.push_back(std::move(job));
  if (idle_workers_ < requests_.size() && workers_.size() < kWorkersMax) {
    workers_.emplace_back([this] { request_loop(); });
  }
  changed_.notify_all();
}

// One that no thread has taken yet never leaves; its sender expects no answer.
void StdioBridge::cancel_queued(std::string_view id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(requests_, [&](const Job& job) { return job.id == id; });
}

void StdioBridge::request_loop() {
  std::unique_ptr<McpLink> link;
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_workers_;
    changed_.wait(lock, [&] { return !requests_.empty() || ending_ || stopping_; });
    --idle_workers_;
    if (stopping_ || requests_.empty()) return;
    const Job job = std::move(requests_.front());
    requests_.pop_front();
    ++busy_;
    lock.unlock();
    deliver(link, job);
    lock.lock();
    --busy_;
    changed_.notify_all();
  }
}

void StdioBridge::control_loop() {
  std::unique_ptr<McpLink> link;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return !controls_.empty() || ending_ || stopping_; });
    if (stopping_ || controls_.empty()) return;
    const Job job = std::move(controls_.front());
    controls_.pop_front();
    ++busy_;
    lock.unlock();
    deliver(link, job);
    lock.lock();
    --busy_;
    changed_.notify_all();
  }
}

McpSession StdioBridge::session() {
  const std::lock_guard lock(mutex_);
  return session_;
}

void StdioBridge::write(std::string_view message) {
  std::string line;
  protocol::append_line_safe(line, message);
  const std::lock_guard lock(output_);
  if (!output_works_ || write_line_(line)) return;
  output_works_ = false;
  (void)::eventfd_write(wake_.get(), 1);
}

void StdioBridge::complain(const base::Error& error) {
  const std::lock_guard lock(output_);
  complain_(error);
}

}  // namespace proxy::cli
