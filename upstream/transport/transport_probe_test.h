// What the transport's tests share: a loop with short stop times, a listener that records, and
// waiting on conditions with a deadline that fails loudly.
#pragma once
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "base/loop.h"
#include "upstream/transport/stdio_host.h"
#include "upstream/transport/stdio_transport.h"

namespace upstream {

inline constexpr base::Milliseconds kPatience = std::chrono::seconds(20);

inline StdioOptions test_options() {
  StdioOptions options;
  options.shim_path = find_shim();
  options.stop_times = {std::chrono::milliseconds(150), std::chrono::milliseconds(150),
                        std::chrono::milliseconds(2000), std::chrono::milliseconds(300)};
  return options;
}

// Runs turns until `done()`; false after kPatience.
template <class Done>
bool run_until(base::Loop& loop, Done done) {
  const base::TimePoint give_up = base::SystemClock().now() + kPatience;
  while (!done()) {
    if (base::SystemClock().now() > give_up) return false;
    loop.run_once(std::chrono::milliseconds(100));
  }
  return true;
}

// Waits for the end of a process that need not be ours. False after `patience`.
inline bool is_gone(pid_t process, base::Milliseconds patience = kPatience) {
  const auto handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
  if (handle < 0) return true;
  pollfd source{handle, POLLIN, 0};
  const bool gone = poll(&source, 1, static_cast<int>(patience.count())) == 1;
  close(handle);
  return gone;
}

inline ChildSpec shell(std::string script) {
  return {"test", "sh", {"-c", std::move(script)}, {"PATH=/usr/bin:/bin", "A=1"}, ""};
}

struct Recorder final : TransportListener {
  std::vector<std::string> lines;
  std::vector<std::string> oversized;
  std::optional<Failure> closed;
  int closings = 0;
  int messages_after_end = 0;
  std::function<void(std::string_view)> on_line;

  void on_message(std::string_view bytes) override {
    messages_after_end += closed.has_value() ? 1 : 0;
    lines.emplace_back(bytes);
    if (on_line) on_line(bytes);
  }
  void on_oversized(std::string_view raw_id) override { oversized.emplace_back(raw_id); }
  void on_closed(const Failure& failure) override {
    ++closings;
    closed = failure;
  }
  // The process ids that a script printed, one a line.
  std::vector<pid_t> process_ids() const {
    std::vector<pid_t> ids;
    for (const std::string& line : lines) ids.push_back(std::atoi(line.c_str()));
    return ids;
  }
};

// One transport on a loop of its own.
struct Bench {
  base::Loop loop{1};
  StdioHost host;
  Recorder seen;
  std::unique_ptr<StdioTransport> transport;

  explicit Bench(StdioOptions options = test_options()) : host(loop, std::move(options)) {}

  void start(ChildSpec spec) {
    transport = std::make_unique<StdioTransport>(host, std::move(spec));
    transport->start(seen);
  }
  bool send(std::string_view bytes) {
    Outgoing message;
    message.bytes = bytes;
    return transport->send(message);
  }
  bool wait_for_lines(std::size_t count) {
    return run_until(loop, [&] { return seen.lines.size() >= count || seen.closed; }) &&
           seen.lines.size() >= count;
  }
  bool wait_for_close() {
    return run_until(loop, [&] { return seen.closed.has_value(); });
  }
};

}  // namespace upstream
