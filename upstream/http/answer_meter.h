// Counts the bytes of an HTTP answer that are no content: status line and head, informational
// answers before them, frames of chunks, trailers. No honest server sends kFramingBytesMax of them
// in a row. Pure.
#pragma once
#include <cstddef>

namespace upstream {

class AnswerMeter {
 public:
  static constexpr std::size_t kFramingBytesMax = 64UL * 1024;

  // From the first byte of the next answer on.
  void begin() { *this = {}; }
  // So many more are read; false once too many came without content.
  bool take(std::size_t bytes) {
    framing_ += bytes;
    return !overrun();
  }
  // The head is complete, or a piece of content is: what follows is counted anew.
  void note_progress() {
    if (!overrun()) framing_ = 0;
  }
  bool overrun() const { return framing_ > kFramingBytesMax; }

 private:
  std::size_t framing_ = 0;
};

}  // namespace upstream
