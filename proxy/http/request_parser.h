// Bytes of one connection -> one Request: llhttp, plus the limits and the refusals that llhttp
// leaves to us. Pure: no socket, no clock. Resource, reused for many requests of many connections.
//
// The head (request line and headers) is found and checked line by line before llhttp sees it, so
// llhttp always gets it whole. Refused beyond llhttp's own checks: a bare CR or LF, folded headers,
// trailers (each has been used to smuggle requests past another parser), a repeated single-valued
// header, HTTP/1.1 without Host, transfer codings other than chunked, control bytes in the target.
//
// Ownership: a Connection borrows one from its server's pool while a request arrives.
// Threads:   the loop thread.
// Cost:      about 1 us for a usual request; no copy and no allocation when it comes in one piece.
#pragma once
#include <llhttp.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http/message.h"
#include "proxy/http/request.h"

namespace proxy::http {

// Why the server itself answers. Value.
struct Refusal {
  Status status = Status::bad_request;
  std::string reason;  // one sentence: what was wrong, and the limit
};

class RequestParser {
 public:
  enum class Event : std::uint8_t { need_more, complete, refused };
  struct Step {
    Event event = Event::need_more;
    std::size_t consumed = 0;  // bytes used; all of them on need_more
  };

  RequestParser() = default;
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Forgets everything and waits for the first byte of a request. `limits` and `peer` outlive it.
  void start(const Limits& limits, const Peer& peer);
  // Takes the next bytes. After need_more they may be overwritten; after complete, request() views
  // them until the next start(). REQUIRES: neither complete nor refused since start().
  Step feed(std::span<char> bytes);

  // REQUIRES: the last feed() was complete.
  Request& request() { return request_; }
  // REQUIRES: the last feed() was refused.
  const Refusal& refusal() const { return refusal_; }
  bool head_complete() const { return head_complete_; }
  // What is kept of the request until its rest arrives.
  std::size_t held_bytes() const { return head_buffer_.size() + body_buffer_bytes(); }
  // Gives large buffers back; start() follows before the next use.
  void release();
  // The peer waits for "100 Continue" before it sends its body.
  bool wants_continue() const;

 private:
  static const llhttp_settings_t& settings();
  std::size_t body_buffer_bytes() const {
    return request_.body_buffer_.empty() ? 0 : request_.body_buffer_.capacity();
  }
  int refuse(Status status, std::string reason);
  int refuse_target();
  int refuse_head();
  int refuse_body();
  std::size_t gather_head(std::span<char> bytes);
  void check_unfinished_head(std::string_view head);
  void parse_head();
  void run(const char* data, std::size_t length);
  void keep_views();

  int on_field(const char* at, std::size_t length);
  int on_value(const char* at, std::size_t length);
  int on_value_complete();
  int on_head_complete();
  int on_body(const char* at, std::size_t length);
  bool framing_is_clear();
  bool accept_target();
  bool accept_headers();

  llhttp_t parser_{};
  const Limits* limits_ = nullptr;
  Request request_;
  Refusal refusal_;
  std::span<char> head_;     // whole head, in the bytes fed or in head_buffer_
  std::string head_buffer_;  // the head when it did not arrive in one piece with its body
  std::size_t body_bytes_ = 0;
  std::size_t raw_body_bytes_ = 0;
  bool head_complete_ = false;  // the head's end has been found
  bool headers_done_ = false;   // llhttp has been through it
  bool message_complete_ = false;
  bool refused_ = false;
};

}  // namespace proxy::http
