// A buffer that is used again and again without allocating, and does not keep what a single large
// use made of it: a guard for the time of one use.
#pragma once
#include <cstddef>
#include <string>

namespace base {

class ReusedBuffer {
 public:
  static constexpr std::size_t kKeptBytesMax = 64UL * 1024;

  // Empties `buffer`, which outlives this. Views of it end with this at the latest.
  explicit ReusedBuffer(std::string& buffer) : buffer_(buffer) { buffer_.clear(); }
  ~ReusedBuffer() { release_if_large(buffer_); }
  ReusedBuffer(const ReusedBuffer&) = delete;
  ReusedBuffer& operator=(const ReusedBuffer&) = delete;

  static void release_if_large(std::string& buffer) {
    if (buffer.capacity() > kKeptBytesMax) std::string().swap(buffer);
  }

 private:
  std::string& buffer_;
};

}  // namespace base
