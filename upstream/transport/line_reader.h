// Cuts a byte stream into lines, as stdio servers frame their messages. Tolerant: LF or CRLF ends a
// line, empty lines and a byte order mark are skipped, any byte may lie inside. Resource.
//
// Pull-style, because whoever takes a line may destroy the reader while holding it:
//   reader.feed(chunk);
//   while (reader.next(line) != LineReader::Event::none) ...
//
// Cost:  a line that lies whole in its chunk is not copied; one that does not is kept until its end
//        comes, and the memory is given back once it is consumed (but for kCarryKeptBytes).
// Limit: a line over `line_bytes_max` is dropped while it goes by; only its id is looked for.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/id_finder.h"

namespace upstream {

class LineReader {
 public:
  enum class Event : std::uint8_t { none, line, oversized };
  static constexpr std::size_t kLineBytesMax = 16U * 1024 * 1024;
  static constexpr std::size_t kCarryKeptBytes = 1024;

  explicit LineReader(std::size_t line_bytes_max = kLineBytesMax)
      : line_bytes_max_(line_bytes_max) {}
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // REQUIRES: next() has answered `none` since the last feed(); `chunk` lives until it does again.
  void feed(std::string_view chunk) { chunk_ = chunk; }

  // line:      `text` is the line without its end, valid until the next call.
  // oversized: `text` is the raw id of what surely is a response, else empty; valid until the next
  // call. none:      the chunk is used up.
  Event next(std::string_view& text);

  // After Event::oversized, until the next call of next(): the raw id of what surely was a request;
  // empty otherwise.
  std::string_view oversized_request_id() const {
    return id_finder_.has_method() ? id_finder_.id() : std::string_view();
  }

  // The bytes of a line whose end has not come; for the end of the stream.
  std::size_t carried_bytes() const { return carry_.size(); }
  std::size_t carry_capacity() const { return carry_.capacity(); }

 private:
  Event end_line(std::string_view head, std::string_view& text);
  void carry_rest();
  void drop_consumed();

  const std::size_t line_bytes_max_;
  std::string_view chunk_;
  std::string carry_;
  protocol::IdFinder id_finder_;
  bool carry_is_consumed_ = false;
  bool dropping_ = false;
  bool at_stream_start_ = true;
};

}  // namespace upstream
