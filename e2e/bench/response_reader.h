// Just enough HTTP/1.1 of the client side to measure with: one response at a time, with
// Content-Length, chunked, or without a body. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace bench {

struct Response {
  unsigned status = 0;
  std::string_view head;  // status line and headers
  std::string_view body;  // in the bytes read, or in `unchunked`
  std::string unchunked;
  std::size_t bytes = 0;  // of the whole response
};

enum class Reading : unsigned char { incomplete, complete, broken };

// Reads the response that `bytes` begin with. `response` keeps its buffer from call to call.
Reading read_response(std::string_view bytes, Response& response);

// The value of a header in `head`, `name` in lower case; empty when absent.
std::string_view header_value(std::string_view head, std::string_view name);

}  // namespace bench
