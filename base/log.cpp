#include "base/log.h"

#include <poll.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"

namespace base::log {
namespace {

constexpr std::array<std::string_view, 6> kNames{"trace", "debug", "info", "warn", "error", "off"};
constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%e%z %-7l %v";
// What json_line() writes goes on from here.
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v)";
// A pipe that polls writable takes this much without blocking (PIPE_BUF).
constexpr std::size_t kAtomicWriteBytes = 4096;

// stderr through poll(): a reader that has stopped reading costs a line its patience and then the
// line, but can neither hold the log thread for ever nor the end of the program.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  StderrSink(std::chrono::milliseconds patience, std::atomic<std::uint64_t>& lost)
      : patience_ms_(static_cast<int>(patience.count())), lost_(lost) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string_view rest(line.data(), line.size());
    while (!rest.empty()) {
      pollfd wait{STDERR_FILENO, POLLOUT, 0};
      const int ready = ::poll(&wait, 1, stuck_ ? 0 : patience_ms_);
      if (ready < 0 && errno == EINTR) continue;
      stuck_ = ready == 0;
      if (ready <= 0) {
        lost_.fetch_add(1, std::memory_order_relaxed);
        return;
      }
      const ssize_t written =
          ::write(STDERR_FILENO, rest.data(), std::min(rest.size(), kAtomicWriteBytes));
      if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (written < 0) return;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void flush_() override {}

 private:
  int patience_ms_;
  std::atomic<std::uint64_t>& lost_;
  bool stuck_ = false;
};

struct State {
  // The pool goes first and joins its thread, so that the logger ends on ours.
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> pool;
};

// The only globals of the program: a log line must be possible from anywhere.
std::unique_ptr<State> g_state;
std::atomic<Level> g_level{Level::off};
std::atomic<std::uint64_t> g_lost{0};
std::atomic<bool> g_json{false};

spdlog::level::level_enum spdlog_level(Level level) {
  static_assert(static_cast<int>(Level::error) == spdlog::level::err);
  return level == Level::off ? spdlog::level::off : static_cast<spdlog::level::level_enum>(level);
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

std::string clean_line(std::string_view component, std::string_view message) {
  std::string line;
  line.reserve(component.size() + message.size() + 8);
  line.append("[").append(component).append("] ");
  const bool cut = message.size() > kLineBytesMax;
  for (const char c : message.substr(0, kLineBytesMax)) {
    if (is_control(c)) {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      line.push_back(c);
    }
  }
  if (cut) line.append("...");
  return line;
}

// Each file, rotated ones too, is readable by its owner only.
spdlog::file_event_handlers ours_alone() {
  spdlog::file_event_handlers handlers;
  handlers.after_open = [](const spdlog::filename_t&, std::FILE* file) {
    ::fchmod(::fileno(file), 0600);
  };
  return handlers;
}

// Without the brace it begins with.
std::string json_line(std::string_view component, std::string_view message) {
  std::string line;
  JsonWriter out(line);
  out.begin_object().field("component", component);
  out.field("message", utf8_prefix(message, kLineBytesMax)).end_object();
  return line.substr(1);
}

}  // namespace

std::string_view to_string(Level level) {
  return kNames[static_cast<std::size_t>(level)];
}

std::optional<Level> level_from(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<Level>(i);
  }
  if (text == "warning") return Level::warn;
  return std::nullopt;
}

Result<void> start(const Options& options) {
  assert(!g_state);
  try {
    std::vector<spdlog::sink_ptr> sinks;
    if (options.to_stderr)
      sinks.push_back(std::make_shared<StderrSink>(options.stderr_patience, g_lost));
    if (!options.file.empty()) {
      sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
          options.file, options.file_bytes_max, options.files_max, false, ours_alone()));
    }
    auto state = std::make_unique<State>();
    state->pool = std::make_shared<spdlog::details::thread_pool>(kQueueLinesMax, 1);
    state->logger =
        std::make_shared<spdlog::async_logger>("mcptrunk", sinks.begin(), sinks.end(), state->pool,
                                               spdlog::async_overflow_policy::overrun_oldest);
    state->logger->set_pattern(options.json ? kJsonPattern : kPattern);
    state->logger->set_level(spdlog::level::trace);
    state->logger->flush_on(spdlog::level::info);
    g_state = std::move(state);
  } catch (const std::exception& problem) {
    return Error{ErrorCode::io_error,
                 fmt::format("Cannot open the log file {}: {}.", options.file, problem.what()),
                 "Check the directory and its permissions, or set another log file."};
  }
  g_json.store(options.json);
  g_level.store(options.level);
  return kDone;
}

void stop() {
  g_level.store(Level::off);
  if (!g_state) return;
  g_lost.fetch_add(g_state->pool->overrun_counter(), std::memory_order_relaxed);
  g_state.reset();
}

void set_level(Level level) {
  if (g_state) g_level.store(level);
}

bool enabled(Level level) {
  return level >= g_level.load(std::memory_order_relaxed) && level != Level::off;
}

std::uint64_t dropped_lines() {
  return g_lost.load(std::memory_order_relaxed) + (g_state ? g_state->pool->overrun_counter() : 0);
}

void write(Level level, std::string_view component, std::string_view message) {
  if (!enabled(level)) return;
  g_state->logger->log(spdlog_level(level), g_json.load(std::memory_order_relaxed)
                                                ? json_line(component, message)
                                                : clean_line(component, message));
}

}  // namespace base::log
