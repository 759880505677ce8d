#include "upstream/transport/stdio_host.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include "upstream/transport/child_protocol.h"

namespace upstream {

std::string find_shim() {
  std::array<char, 4096> self{};
  const ssize_t size = readlink("/proc/self/exe", self.data(), self.size());
  if (size <= 0) return {};
  const std::string_view path(self.data(), static_cast<std::size_t>(size));
  std::string shim = fmt::format("{}/{}", path.substr(0, path.rfind('/')), kShimName);
  return access(shim.c_str(), X_OK) == 0 ? shim : std::string();
}

std::string BufferPool::take() {
  if (free_.empty()) return {};
  std::string buffer = std::move(free_.back());
  free_.pop_back();
  return buffer;
}

void BufferPool::give(std::string&& buffer) {
  std::string mine = std::move(buffer);  // a buffer that is not kept must not stay with the giver
  if (free_.size() == kBuffersMax || mine.capacity() > kBufferBytesMax) return;
  mine.clear();
  free_.push_back(std::move(mine));
}

StdioHost::StdioHost(base::Loop& loop, StdioOptions options)
    : loop_(loop),
      options_(std::move(options)),
      logs_(options_.log_directory, options_.log_limits),
      read_buffer_(std::make_unique<std::array<char, kReadBufferBytes>>()) {
  std::signal(SIGPIPE, SIG_IGN);  // a command that closed its stdin is an error code, no death
}

uv_buf_t StdioHost::read_buffer() {
  return uv_buf_init(read_buffer_->data(), kReadBufferBytes);
}

std::string StdioHost::next_marker() {
  return fmt::format("{}:{}:{}", options_.owner, getpid(), ++spawned_);
}

}  // namespace upstream
