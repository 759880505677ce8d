// A program under measurement: started with its output read line by line, ended with its group.
// Resource. Blocking; one thread.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace bench {

class Program {
 public:
  // Standard error goes to `log_path` (appended).
  static base::Result<Program> start(const std::vector<std::string>& command,
                                     const std::string& log_path);
  Program(Program&& other) noexcept;
  Program& operator=(Program&&) = delete;
  // SIGTERM; SIGKILL to its group after five seconds.
  ~Program();

  pid_t pid() const { return pid_; }
  // The next line of its standard output. Errors: deadline_exceeded; exited when there is no more.
  base::Result<std::string> read_line(std::chrono::seconds at_most);
  // Waits for its end; the exit code, or 128 and the signal.
  int wait();

 private:
  Program(pid_t pid, base::UniqueFd output) : pid_(pid), output_(std::move(output)) {}
  pid_t pid_ = -1;
  base::UniqueFd output_;
  std::string pending_;
};

// What the kernel says of a process, and of all below it.
struct ProcessStats {
  double cpu_seconds = 0;
  double children_cpu_seconds = 0;  // of living descendants
  std::size_t children = 0;
  double rss_anon_mib = 0;
  double rss_file_mib = 0;
  std::size_t threads = 0;
  std::size_t open_files = 0;
};
ProcessStats stats_of(pid_t pid);

// All below a process, in no order.
std::vector<pid_t> descendants_of(pid_t pid);

}  // namespace bench
