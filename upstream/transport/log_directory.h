// The rotated log files of all servers: <directory>/<server>.log and, one older, <server>.log.1.
// What the daemon runs for itself has a name with '@', which is in no server's. Nothing but these
// may write there. Resource.
//
// Limits: a file is rotated at file_bytes_max; all files together stay under directory_bytes_max,
//         the oldest rotated ones go first. Looked at when a file rotates, not at each write.
// Threads: the loop thread only. Writes go to the page cache; a full disk drops lines.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace upstream {

struct LogLimits {
  std::uint64_t file_bytes_max = 512U * 1024;
  std::uint64_t directory_bytes_max = 200U * 1024 * 1024;
};

class LogDirectory {
 public:
  // An empty `path`: nothing is written. The directory is created (mode 0700) with the first file.
  explicit LogDirectory(std::string path, LogLimits limits = {})
      : path_(std::move(path)), limits_(limits) {}
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;

  const LogLimits& limits() const { return limits_; }
  bool enabled() const { return !path_.empty(); }
  std::string file_of(std::string_view server) const;

  // Opens for appending, close-on-exec, mode 0600. Negative when that fails.
  int open_for_append(std::string_view server, std::uint64_t& size_bytes);
  // Renames the server's file away and makes room. The caller opens anew.
  void rotate(std::string_view server);

  // The last `lines_max` lines, oldest first, of the newest 256 KiB. Not found: it never wrote.
  base::Result<std::vector<std::string>> last_lines(std::string_view server,
                                                    std::size_t lines_max) const;

 private:
  void make_room();

  const std::string path_;
  const LogLimits limits_;
};

}  // namespace upstream
