// What all stdio transports of one daemon share: the loop, where the shim is, the logs, one read
// buffer and a few write buffers. Resource.
//
// Ownership: the daemon owns it; it outlives every StdioTransport.
// Threads:   the loop thread only, and that thread must spawn (the shim's parent-death signal
//            follows it). The constructor ignores SIGPIPE for the process.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.h"
#include "upstream/transport/log_directory.h"

namespace upstream {

// The waits of a stop, in their order. Tests shorten them.
struct StopTimes {
  base::Milliseconds after_output_closed{100};  // for a process that is ending; then it is stopped
  base::Milliseconds after_stdin_closed{2000};  // then SIGTERM to the process group
  base::Milliseconds after_terminate{5000};     // then the shim kills the whole tree
  base::Milliseconds after_kill{2000};          // then the shim itself counts as stuck
  base::Milliseconds for_pipes{1000};           // after the end, for what is left in the pipes
};

struct StdioOptions {
  std::string shim_path;      // find_shim() in the daemon
  std::string log_directory;  // empty: stderr is only kept for failures
  LogLimits log_limits;
  std::string owner = "mcptrunk";    // names the data directory in every child's environment
  std::uint64_t nofile_soft = 1024;  // the limits children get back
  std::uint64_t nofile_hard = 1024 * 1024;
  StopTimes stop_times;
  std::size_t line_bytes_max = 16U * 1024 * 1024;
  std::size_t unsent_bytes_max = 16U * 1024 * 1024;
};

// mcptrunk-child in the directory of the running program; empty when it is not there.
std::string find_shim();

// Buffers that keep their capacity between users, so that a steady flow of messages allocates
// nothing and an idle connection holds nothing. Value-like, loop thread.
class BufferPool {
 public:
  static constexpr std::size_t kBuffersMax = 32;
  static constexpr std::size_t kBufferBytesMax = 64U * 1024;

  std::string take();  // empty
  void give(std::string&& buffer);

 private:
  std::vector<std::string> free_;
};

class StdioHost {
 public:
  static constexpr std::size_t kReadBufferBytes = 64U * 1024;

  StdioHost(base::Loop& loop, StdioOptions options);
  StdioHost(const StdioHost&) = delete;
  StdioHost& operator=(const StdioHost&) = delete;

  base::Loop& loop() { return loop_; }
  const StdioOptions& options() const { return options_; }
  LogDirectory& logs() { return logs_; }
  BufferPool& buffers() { return buffers_; }
  // Valid from libuv's alloc callback to the end of the read callback that follows it.
  uv_buf_t read_buffer();
  // "owner:pid:number", another one at each call: the marker of one process tree.
  std::string next_marker();

 private:
  base::Loop& loop_;
  const StdioOptions options_;
  LogDirectory logs_;
  BufferPool buffers_;
  std::unique_ptr<std::array<char, kReadBufferBytes>> read_buffer_;
  std::uint64_t spawned_ = 0;
};

}  // namespace upstream
