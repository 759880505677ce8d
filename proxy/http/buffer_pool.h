// Recycles what a connection needs only while it is busy, so that idle connections hold nothing and
// busy ones do not allocate. Resource.
//
// Threads: the loop thread.
// Limits:  keeps at most kKeptBytesMax of buffers, none larger than kBufferBytesMax.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proxy/http/message.h"

namespace proxy::http {

class BufferPool {
 public:
  static constexpr std::size_t kBufferBytesMax = 64 * kKiB;
  static constexpr std::size_t kKeptBytesMax = 4 * kMiB;

  // An empty string, with the capacity of an earlier use when there is one.
  std::string take() {
    if (free_.empty()) return {};
    std::string buffer = std::move(free_.back());
    free_.pop_back();
    kept_bytes_ -= buffer.capacity();
    return buffer;
  }

  // `buffer` is left empty, without memory.
  void give(std::string& buffer) {
    std::string taken = std::exchange(buffer, {});
    const bool inside = taken.capacity() <= std::string().capacity();
    if (inside || taken.capacity() > kBufferBytesMax) return;
    if (kept_bytes_ + taken.capacity() > kKeptBytesMax) return;
    taken.clear();
    kept_bytes_ += taken.capacity();
    free_.push_back(std::move(taken));
  }

  void clear() {
    free_ = {};
    kept_bytes_ = 0;
  }

 private:
  std::vector<std::string> free_;
  std::size_t kept_bytes_ = 0;
};

// Objects with start(); keeps at most `kept_max`.
template <class T>
class ObjectPool {
 public:
  explicit ObjectPool(std::size_t kept_max) : kept_max_(kept_max) {}

  std::unique_ptr<T> take() {
    if (free_.empty()) return std::make_unique<T>();
    std::unique_ptr<T> object = std::move(free_.back());
    free_.pop_back();
    return object;
  }
  void give(std::unique_ptr<T> object) {
    if (object != nullptr && free_.size() < kept_max_) free_.push_back(std::move(object));
  }

  void clear() { free_.clear(); }

 private:
  std::size_t kept_max_;
  std::vector<std::unique_ptr<T>> free_;
};

}  // namespace proxy::http
