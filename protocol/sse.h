// Server-sent events: an incremental decoder and the matching writers. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/id_finder.h"

namespace protocol {

// One dispatched event. Value.
struct SseEvent {
  std::string event;  // "message" when the stream names none
  std::string data;   // lines joined with LF; never empty but for an oversized one
  std::string id;     // last event id of the stream at this event; empty: none
  // It was over the limit and is dropped: `data` is the raw id of the response that it was, empty
  // for anything else.
  bool oversized = false;
};

// Turns the bytes of a stream, cut anywhere, into events. Resource.
//
// Follows the HTML standard: CR, LF and CRLF end lines, a leading BOM and comments are skipped, an
// event without data is not dispatched but its id counts (MCP's priming event), an id with NUL is
// ignored. Limits: one event's lines together at most `event_bytes_max`; beyond, feed() fails for
// good, or the event is skipped (skip_oversized()).
class SseDecoder {
 public:
  static constexpr std::size_t kEventBytesMax = 16 * 1024 * 1024;
  static constexpr std::size_t kIdBytesMax =
      1024;  // a longer id is ignored, so resuming is given up
  static constexpr std::size_t kSkippedLimits = 4;
  static constexpr std::size_t kSkippedBytesMin = 64UL * 1024;
  static constexpr std::chrono::milliseconds kRetryMax = std::chrono::hours(1);

  explicit SseDecoder(std::size_t event_bytes_max = kEventBytesMax)
      : event_bytes_max_(event_bytes_max) {}

  // From now on an event over the limit is told as `oversized`, and the stream goes on; unless it
  // is over kSkippedLimits times the limit (kSkippedBytesMin at least): it never will end.
  void skip_oversized() { skips_ = true; }

  // Appends the events that `bytes` completes. Error too_large: the stream must be closed.
  base::Result<void> feed(std::string_view bytes, std::vector<SseEvent>& events);

  // For Last-Event-ID when the stream is resumed; empty: none was given.
  const std::string& last_event_id() const { return last_event_id_; }
  // The last `retry` the stream asked for, at most kRetryMax.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  void line(std::string_view text, std::vector<SseEvent>& events);
  void begin_skipping(std::string_view part);
  void skip(std::string_view part, bool ends, std::vector<SseEvent>& events);
  void field(std::string_view name, std::string_view value);

  std::size_t event_bytes_max_;
  std::string partial_;  // a line whose end has not come
  std::string data_;
  std::string event_;
  std::string last_event_id_;
  std::optional<std::chrono::milliseconds> retry_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool at_start_ = true;
  bool failed_ = false;
  bool skips_ = false;
  std::optional<IdFinder> skipped_;  // of the event that is being skipped
  std::size_t skipped_line_bytes_ = 0;
  std::size_t skipped_bytes_ = 0;  // of the event
};

// Appends one event. `data` may hold line breaks; `event` and `id` must not (they are left out if
// so). Empty `event` and `id` are left out; empty `data` with an id is the priming event.
void append_sse_event(std::string& out, std::string_view data, std::string_view event = {},
                      std::string_view id = {});
// Appends a comment: a keep-alive that no client sees.
void append_sse_comment(std::string& out);
// Appends how long a client shall wait before it reconnects.
void append_sse_retry(std::string& out, std::chrono::milliseconds delay);

}  // namespace protocol
