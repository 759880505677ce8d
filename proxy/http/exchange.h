// The answer to one request: to be given now or later, whole or as a stream, exactly once. Resource
// that moves.
//
// A handler answers inside on_request(), or moves the Exchange away and answers when it can. When
// the peer goes first, the Exchange is closed (open() is false), its watcher is told, and
// everything written to it is dropped: no call on a closed Exchange does harm. Destroying an open
// one answers 500, or cuts the connection when a stream was begun: no request stays without an end.
//
// Ownership: the handler's; it may die before or after the connection.
// Threads:   the loop thread.
// Cost:      no allocation in steady state; bytes are copied once into the connection's write
//            buffer, which is flushed at the end of the loop turn with one system call.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "proxy/http/message.h"

namespace proxy::http {

class Connection;
class Exchange;

// Told about an exchange that is not answered yet. Calls come from the loop, never from inside a
// call on the Exchange; they may answer, move or destroy it. The watcher outlives the exchange, or
// is taken off by watch(nullptr).
class ExchangeWatcher {
 public:
  virtual ~ExchangeWatcher() = default;
  // The peer closed, failed, or was cut off; `exchange` is closed. The last call.
  virtual void on_peer_gone(Exchange& exchange) = 0;
  // A stream that was congested() has room again.
  virtual void on_writable(Exchange& /*exchange*/) {}
  // The server drains: a stream should end soon. Calls in flight may go on until its deadline.
  virtual void on_drain(Exchange& /*exchange*/) {}
};

class Exchange {
 public:
  using Parts = std::span<const std::string_view>;
  using Fields = std::span<const HeaderField>;

  Exchange() = default;  // closed
  Exchange(Exchange&& other) noexcept;
  Exchange& operator=(Exchange&& other) noexcept;
  ~Exchange();

  // Not answered yet, and the peer is still there.
  bool open() const { return connection_ != nullptr; }
  bool streaming() const { return streaming_; }
  void watch(ExchangeWatcher* watcher) { watcher_ = watcher; }

  // Answers whole; the exchange is closed afterwards. The body is the parts one after another. No
  // Content-Type is sent when `content_type` is empty. Content-Length, Connection and Date are the
  // server's. Control characters in header values become spaces. REQUIRES: no stream begun.
  void respond(Status status, std::string_view content_type, Parts body, Fields headers = {});
  void respond(Status status, std::string_view content_type, std::string_view body,
               Fields headers = {}) {
    respond(status, content_type, Parts(&body, 1), headers);
  }
  // Without a body (202, 204, 405 with Allow ...).
  void respond(Status status, Fields headers = {}) { respond(status, {}, Parts(), headers); }

  // Sends the head; chunks follow (chunked encoding; to an HTTP/1.0 peer until close).
  // REQUIRES: no stream begun.
  void begin_stream(Status status, std::string_view content_type, Fields headers = {});
  // Appends the parts as one chunk. REQUIRES: begin_stream().
  void write(Parts parts);
  void write(std::string_view bytes) { write(Parts(&bytes, 1)); }
  // Ends the stream; the exchange is closed afterwards.
  void end();

  // Bytes that the peer has not taken yet.
  std::size_t queued_bytes() const;
  // queued_bytes() is over Limits::queue_high_water_bytes: a polite writer waits for on_writable().
  bool congested() const;

 private:
  friend class Connection;
  void close() { connection_ = nullptr; }
  void finish();

  Connection* connection_ = nullptr;
  ExchangeWatcher* watcher_ = nullptr;
  bool streaming_ = false;
};

}  // namespace proxy::http
