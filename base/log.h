// The log of the program: lines to stderr and optionally to a rotated file, written by one
// background thread. Nothing else in the tree touches spdlog.
//
// Threads: any may log; start() comes before other threads exist and stop() after they ended.
// Limits:  a queue of kQueueLinesMax lines; when a slow reader fills it the oldest are dropped and
//          counted, so logging never blocks the loop. A line is cut at kLineBytesMax; control
//          characters in it are shown as escapes, so foreign text cannot forge lines.
// Cost:    a disabled level is one atomic load. Before start() and after stop() lines go nowhere.
#pragma once
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace base::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error, off };
std::string_view to_string(Level level);
std::optional<Level> level_from(std::string_view text);

inline constexpr std::size_t kQueueLinesMax = 8192;
inline constexpr std::size_t kLineBytesMax = 16 * 1024;

struct Options {
  Level level = Level::info;
  bool to_stderr = true;
  // How long a line waits for a reader of stderr that has stopped reading; then it is lost.
  std::chrono::milliseconds stderr_patience{1000};
  std::string file;  // empty: none
  std::size_t file_bytes_max = 10 * 1024 * 1024;
  std::size_t files_max = 5;
  bool json = false;  // a line is {"time","level","component","message"}
};

// REQUIRES: not started. Fails when the file cannot be opened.
Result<void> start(const Options& options);
// Writes what is queued, as far as stderr takes it, and ends the thread.
void stop();

void set_level(Level level);
bool enabled(Level level);
// Lines lost to a full queue or a stuck reader since the program started.
std::uint64_t dropped_lines();

// `component` is the folder or part that speaks: "fleet", "store".
void write(Level level, std::string_view component, std::string_view message);

template <class... Args>
void debug(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) {
    write(Level::debug, component, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <class... Args>
void info(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) {
    write(Level::info, component, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <class... Args>
void warn(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::warn)) {
    write(Level::warn, component, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <class... Args>
void error(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::error)) {
    write(Level::error, component, fmt::format(format, std::forward<Args>(args)...));
  }
}

}  // namespace base::log
