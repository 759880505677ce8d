// The head of a response, appended to a write buffer. Pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "proxy/http/message.h"

namespace proxy::http {

enum class Framing : std::uint8_t { content_length, chunked, until_close };

struct ResponseHead {
  Status status = Status::ok;
  std::string_view content_type{};  // empty: none
  std::span<const HeaderField> fields{};
  Framing framing = Framing::content_length;
  std::size_t content_length = 0;
  bool close = false;            // "Connection: close"
  bool version_1_0 = false;      // of the request: keep-alive must be said
  std::string_view date_line{};  // "Date: ...\r\n"
};

// Control characters in values become spaces; fields with a name that is no token are left out.
void append_head(std::string& out, const ResponseHead& head);
// "1a\r\n".
void append_chunk_size(std::string& out, std::size_t size);
// 204 and 304 have none, whatever the handler gives.
bool may_have_body(Status status);

// "Date: Sat, 21 Nov 2026 03:55:00 GMT\r\n", formatted once a second.
class DateLine {
 public:
  std::string_view at(const base::Clock& clock);

 private:
  base::TimePoint valid_until_{};
  std::string line_;
};

}  // namespace proxy::http
