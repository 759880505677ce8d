// What one run of a server says on stderr: made printable, written to the server's log, the last
// lines kept for its Failure. Resource.
//
// A flood costs little: over kBytesPerSecond (after a burst) lines are dropped unread, and the log
// says how much. A line is cut at kLineBytesMax.
// Threads: the loop thread only.
#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret_mask.h"
#include "upstream/lifecycle/failure.h"
#include "upstream/transport/log_directory.h"

namespace upstream {

class StderrLog {
 public:
  static constexpr std::uint64_t kBytesPerSecond = 64U * 1024;
  static constexpr std::uint64_t kBurstBytes = 256U * 1024;
  static constexpr std::size_t kLineBytesMax = 4096;
  static constexpr std::size_t kTailLineBytesMax = 500;

  // `directory` and `clock` outlive the log.
  StderrLog(LogDirectory& directory, const base::Clock& clock, std::string server,
            base::SecretMask secrets = {});
  ~StderrLog();
  StderrLog(const StderrLog&) = delete;
  StderrLog& operator=(const StderrLog&) = delete;

  // Bytes as they were read, cut anywhere.
  void add(std::string_view bytes);
  // A line of the daemon's own about this run.
  void note(std::string_view line);
  // The stream is over: the last line needs no end.
  void end();

  // At most Failure::kStderrLinesMax lines, oldest first.
  std::vector<std::string> tail() const { return {tail_.begin(), tail_.end()}; }
  std::uint64_t dropped_bytes() const { return dropped_total_; }

 private:
  void refill();
  void take_line(std::string_view line);
  void append_to_log(std::string_view printable);
  void write_out();

  LogDirectory& directory_;
  const base::Clock& clock_;
  const std::string server_;
  const base::SecretMask secrets_;
  base::SecretMask::Rest secret_rest_;
  std::deque<std::string> tail_;
  std::string partial_;      // a line whose end has not come, cut at kLineBytesMax
  bool skips_line_ = false;  // the beginning of the line was dropped: so is its end
  std::string pending_;      // for the file; empty between calls
  std::uint64_t budget_bytes_ = kBurstBytes;
  base::TimePoint refilled_at_;
  std::uint64_t dropped_bytes_ = 0;  // since the last note about it
  std::uint64_t dropped_total_ = 0;
  int file_ = -1;
  std::uint64_t file_bytes_ = 0;
};

}  // namespace upstream
