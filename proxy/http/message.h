// The words of HTTP/1.1 that server and handlers share: methods, statuses, well-known headers,
// limits. Values; nothing here does I/O.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
std::string_view to_string(Method method);

// The statuses we send; the value is the number on the wire.
enum class Status : std::uint16_t {
  ok = 200,
  created = 201,
  accepted = 202,
  no_content = 204,
  not_modified = 304,
  bad_request = 400,
  unauthorized = 401,
  forbidden = 403,
  not_found = 404,
  method_not_allowed = 405,
  not_acceptable = 406,
  request_timeout = 408,
  conflict = 409,
  gone = 410,
  precondition_failed = 412,
  content_too_large = 413,
  uri_too_long = 414,
  unsupported_media_type = 415,
  expectation_failed = 417,
  unprocessable_content = 422,
  too_many_requests = 429,
  header_fields_too_large = 431,
  internal_server_error = 500,
  not_implemented = 501,
  bad_gateway = 502,
  service_unavailable = 503,
  gateway_timeout = 504,
  http_version_not_supported = 505,
};
// "404 Not Found".
std::string_view to_string(Status status);
constexpr unsigned number(Status status) {
  return static_cast<unsigned>(status);
}

// Headers found without a search: recognised while they arrive.
enum class Header : std::uint8_t {
  accept,
  authorization,
  connection,
  content_type,
  cookie,
  expect,
  host,
  if_match,
  if_none_match,
  last_event_id,
  mcp_method,
  mcp_name,
  mcp_protocol_version,
  mcp_session_id,
  origin,
  x_api_key,
};
inline constexpr std::size_t kHeaderCount = static_cast<std::size_t>(Header::x_api_key) + 1;

// The name in lower case.
std::string_view to_string(Header header);
// `name` in any case.
std::optional<Header> known_header(std::string_view name);
// True for headers that may come once only; a request that repeats one is refused with 400, because
// two readers of it could pick different values.
bool single_valued(Header header);

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

// ASCII letters in either case are equal.
bool equals_ignoring_case(std::string_view a, std::string_view b);
// "application/json; charset=utf-8" is of the type "application/json". REQUIRES: `type` is in lower
// case.
bool is_media_type(std::string_view content_type, std::string_view type);
// Whether an Accept value names `type` ("text/event-stream"), its range ("text/*") or "*/*" with a
// weight above zero. REQUIRES: `type` is in lower case and has a '/'.
bool accept_allows(std::string_view accept, std::string_view type);

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// What a server refuses, and when it stops waiting. Every value is a bound on what one peer can
// make us hold.
struct Limits {
  std::size_t head_bytes_max = 32 * kKiB;       // request line and headers: 431. At most 65,535.
  std::size_t header_count_max = 100;           // 431; at most kHeaderSlots
  std::size_t target_bytes_max = 24 * kKiB;     // path and query: 414
  std::size_t body_bytes_max = 16 * kMiB;       // 413
  std::size_t pipelined_bytes_max = 64 * kKiB;  // read ahead while an answer is pending
  std::size_t pipelined_answers_bytes_max = 16 * kKiB;  // untaken, before the next is made
  // Of requests that are not complete, and read ahead: over all connections, and of one peer; 503.
  // One whole request fits in any case, two of two peers.
  std::size_t incoming_bytes_max = 64 * kMiB;
  std::size_t incoming_bytes_of_peer_max = 48 * kMiB;
  std::size_t queue_high_water_bytes = 256 * kKiB;  // Exchange::congested()
  std::size_t queue_bytes_max = 64 * kMiB;  // of a stream; a peer that reads slower is cut off
  // Of answers and streams that clients do not take, over all connections: whoever has held the
  // most of it for the longest is cut off. Two full streams fit in any case.
  std::size_t untaken_bytes_max = 128 * kMiB;
  std::size_t connections_max = 4096;            // over TCP; 503 when all are busy
  std::size_t connections_of_peer_max = 2048;    // of one address beyond this machine
  std::size_t unix_connections_max = 4096;       // over unix sockets, counted apart
  std::size_t connections_reserve = 32;          // more of each kind, for what is vital
  std::chrono::milliseconds head_time{10'000};   // from the first byte to the end of the headers
  std::chrono::milliseconds body_time{60'000};   // from there to the end of the body: 408
  std::chrono::milliseconds idle_time{180'000};  // between requests
  std::chrono::milliseconds stalled_write_time{30'000};  // no byte accepted by the peer
};
inline constexpr std::size_t kHeaderSlots = 128;

}  // namespace proxy::http
