#include "net/chunk_guard.h"

#include <algorithm>
#include <limits>

namespace net {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::size_t kSizeMax = std::numeric_limits<std::size_t>::max() / 32;

}  // namespace

bool ChunkGuard::take(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::over) {
    if (state_ == State::data) {
      const std::size_t piece = std::min(left_, bytes.size());
      data_bytes_ += piece;
      left_ -= piece;
      bytes.remove_prefix(piece);
      if (left_ == 0) state_ = State::data_end;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    const int digit = hex_digit(c);
    if (state_ == State::data_end) {
      if (c == '\n') state_ = State::size;
    } else if (c == '\n') {
      state_ = left_ == 0 ? State::over : State::data;
    } else if (state_ == State::size && digit >= 0) {
      left_ = std::min(left_, kSizeMax) * 16 + static_cast<std::size_t>(digit);
    } else if (c != '\r') {
      state_ = State::extension;
      ++extension_bytes_;
    }
  }
  return extension_bytes_ <= kExtensionBytesMax + kBytesOfByteMax * data_bytes_;
}

}  // namespace net
