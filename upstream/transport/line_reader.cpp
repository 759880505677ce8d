#include "upstream/transport/line_reader.h"

namespace upstream {
namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlank = " \t";
}  // namespace

LineReader::Event LineReader::next(std::string_view& text) {
  drop_consumed();
  while (true) {
    const std::size_t end = chunk_.find('\n');
    if (end == std::string_view::npos) {
      carry_rest();
      return Event::none;
    }
    const std::string_view head = chunk_.substr(0, end);
    chunk_.remove_prefix(end + 1);
    const Event event = end_line(head, text);
    if (event != Event::none) return event;
    drop_consumed();
  }
}

// `head` is the last part of a line, or all of it. None: the line says nothing.
LineReader::Event LineReader::end_line(std::string_view head, std::string_view& text) {
  if (dropping_ || carry_.size() + head.size() > line_bytes_max_) {
    if (!dropping_) id_finder_.feed(carry_);
    id_finder_.feed(head);
    carry_is_consumed_ = true;
    dropping_ = false;
    at_stream_start_ = false;
    text = id_finder_.has_method() ? std::string_view() : id_finder_.id();
    return Event::oversized;
  }
  std::string_view line = head;
  if (!carry_.empty()) {
    carry_.append(head);
    carry_is_consumed_ = true;
    line = carry_;
  }
  if (at_stream_start_ && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  at_stream_start_ = false;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find_first_not_of(kBlank) == std::string_view::npos) return Event::none;
  text = line;
  return Event::line;
}

void LineReader::carry_rest() {
  if (!dropping_ && carry_.size() + chunk_.size() > line_bytes_max_) {
    dropping_ = true;
    id_finder_.feed(carry_);
    std::string().swap(carry_);
  }
  if (dropping_) {
    id_finder_.feed(chunk_);
  } else {
    carry_.append(chunk_);
  }
  chunk_ = {};
}

void LineReader::drop_consumed() {
  if (!carry_is_consumed_) return;
  carry_is_consumed_ = false;
  id_finder_ = {};
  carry_.clear();
  if (carry_.capacity() > kCarryKeptBytes) std::string().swap(carry_);
}

}  // namespace upstream
