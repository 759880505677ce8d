#include "protocol/sse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace protocol {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

// Where the first line ends, or npos. Two searches of memchr's speed rather than one of either
// byte.
std::size_t line_end(std::string_view text) {
  const std::size_t lf = text.find('\n');
  return std::min(lf, text.substr(0, lf).find('\r'));
}

bool is_one_line(std::string_view text) {
  return line_end(text) == std::string_view::npos;
}

}  // namespace

base::Result<void> SseDecoder::feed(std::string_view bytes, std::vector<SseEvent>& events) {
  while (!bytes.empty() && !failed_) {
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    const std::size_t end = line_end(bytes);
    const std::string_view part = bytes.substr(0, end);
    const bool fits = partial_.size() + data_.size() + part.size() <= event_bytes_max_;
    if (skipped_ || (!fits && skips_)) {
      skip(part, end != std::string_view::npos, events);
      if (end == std::string_view::npos) break;
      after_cr_ = bytes[end] == '\r';
      bytes.remove_prefix(end + 1);
    } else if (!fits) {
      failed_ = true;
    } else if (end == std::string_view::npos) {
      partial_ += part;
      break;
    } else {
      after_cr_ = bytes[end] == '\r';
      bytes.remove_prefix(end + 1);
      if (partial_.empty()) {
        line(part, events);
      } else {
        partial_ += part;
        line(partial_, events);
        partial_.clear();
      }
    }
  }
  if (!failed_) return base::kDone;
  return base::Error{base::ErrorCode::too_large,
                     fmt::format("an event of the stream is over {} bytes", event_bytes_max_),
                     "Close the stream"};
}

// What came of the event so far goes to the finder; the rest follows piece by piece.
void SseDecoder::begin_skipping(std::string_view part) {
  skipped_.emplace();
  skipped_->feed(data_);
  std::string_view begun = partial_;
  if (begun.starts_with("data:")) {
    skipped_->feed(begun.substr(5));
  } else if (begun.empty() && part.starts_with("data:")) {
    skipped_->feed(part.substr(5));
  }
  skipped_line_bytes_ = partial_.size() + part.size();
  skipped_bytes_ = data_.size() + skipped_line_bytes_;
  if (!begun.empty()) skipped_->feed(part);
  data_ = {};
  partial_ = {};
}

// `part` is a piece of a line, the last one when it `ends` there.
void SseDecoder::skip(std::string_view part, bool ends, std::vector<SseEvent>& events) {
  if (!skipped_) {
    begin_skipping(part);
  } else {
    skipped_line_bytes_ += part.size();
    skipped_bytes_ += part.size();
    skipped_->feed(part);
  }
  failed_ = skipped_bytes_ > std::max(kSkippedLimits * event_bytes_max_, kSkippedBytesMin);
  if (!ends) return;
  if (skipped_line_bytes_ == 0) {
    const std::string_view id = skipped_->has_method() ? "" : skipped_->id();
    events.push_back({event_.empty() ? "message" : std::move(event_), std::string(id),
                      last_event_id_, /*oversized=*/true});
    event_.clear();
    has_data_ = false;
    skipped_.reset();
  }
  skipped_line_bytes_ = 0;
}

void SseDecoder::line(std::string_view text, std::vector<SseEvent>& events) {
  if (at_start_ && text.starts_with(kBom)) text.remove_prefix(kBom.size());
  at_start_ = false;
  if (text.empty()) {
    if (has_data_ && !data_.empty()) {
      events.push_back({event_.empty() ? "message" : std::move(event_), std::move(data_),
                        last_event_id_, false});
    }
    data_.clear();
    event_.clear();
    has_data_ = false;
    return;
  }
  const std::size_t colon = text.find(':');
  if (colon == 0) return;  // a comment
  std::string_view value = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  field(text.substr(0, colon), value);
}

void SseDecoder::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    event_ = value;
  } else if (name == "id") {
    const bool usable = value.find('\0') == std::string_view::npos && value.size() <= kIdBytesMax;
    if (usable) last_event_id_ = value;
  } else if (name == "retry") {
    std::uint32_t delay = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, delay);
    if (value.empty() || stop != end) return;
    const auto wanted = std::chrono::milliseconds(delay);
    retry_ = error == std::errc() ? std::min(wanted, kRetryMax) : kRetryMax;
  }
}

void append_sse_event(std::string& out, std::string_view data, std::string_view event,
                      std::string_view id) {
  if (!event.empty() && is_one_line(event)) {
    out += "event: ";
    out += event;
    out += '\n';
  }
  if (!id.empty() && is_one_line(id)) {
    out += "id: ";
    out += id;
    out += '\n';
  }
  for (;;) {
    const std::size_t end = line_end(data);
    out += data.empty() ? "data:" : "data: ";
    out += data.substr(0, end);
    out += '\n';
    if (end == std::string_view::npos) break;
    const bool pair = data.substr(end, 2) == "\r\n";
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  out += '\n';
}

void append_sse_comment(std::string& out) {
  out += ":\n\n";
}

void append_sse_retry(std::string& out, std::chrono::milliseconds delay) {
  fmt::format_to(std::back_inserter(out), "retry: {}\n\n", delay.count());
}

}  // namespace protocol
