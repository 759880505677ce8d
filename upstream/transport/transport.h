// One connection to one upstream server, whatever carries it: messages out, messages in, and one
// end. The seam of the simulation: StdioTransport in the daemon, a scripted one in tests.
//
// Ownership: the ClientSession owns its Transport; the listener outlives it.
// Threads:   the loop thread only. No listener method is called inside a call of the transport's.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "upstream/lifecycle/failure.h"

namespace upstream {

// Told what arrives. Resource.
class TransportListener {
 public:
  virtual ~TransportListener() = default;
  // One message as it was framed, unvalidated; the bytes are valid during the call only. After the
  // call the listener may have closed or destroyed the transport.
  virtual void on_message(std::string_view bytes) = 0;
  // The same for one that came in the answer to the request of that id: of HTTP.
  virtual void on_related_message(std::string_view /*raw_id*/, std::string_view bytes) {
    on_message(bytes);
  }
  // A message over the size limit was skipped. `raw_id` is its JSON-RPC id as it stood there, empty
  // when it could not be found: only the call of that id fails.
  virtual void on_oversized(std::string_view raw_id) = 0;
  // The request of that id will get no answer, the connection goes on: of HTTP, where each request
  // fails by itself.
  virtual void on_request_failed(std::string_view /*raw_id*/, const Failure& /*failure*/) {}
  // The server had forgotten the session, and the transport has opened another with the same
  // initialize: what was known of its lists may have changed. Of HTTP.
  virtual void on_session_renewed() {}
  // The connection is over: exactly once, after the last message. `failure` tells why; it is what
  // an asked-for close saw when close() was called before.
  virtual void on_closed(const Failure& failure) = 0;
};

// What kind of message leaves: HTTP needs to know, stdio does not. Value.
enum class OutgoingKind : std::uint8_t { request, notification, response };

struct Outgoing {
  std::string_view
      bytes;  // one line-safe JSON-RPC message without line end; copied or written at once
  OutgoingKind kind = OutgoingKind::request;
  std::string_view method;  // of requests and notifications
  std::string_view name;    // params.name or params.uri where the method has one (Mcp-Name)
  std::string_view raw_id;  // of requests and responses; of notifications/cancelled the request's
  base::TimePoint deadline{};
};

class Transport {
 public:
  // Destroying an open transport ends its process or connections at once, without waiting.
  virtual ~Transport() = default;
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Spawns or dials. A start that fails is told by on_closed, never inside this call.
  // REQUIRES: called once.
  virtual void start(TransportListener& listener) = 0;

  // Queues one message; what one turn queues leaves in one write. False when more than the
  // transport's limit waits unsent: the upstream does not read, the message is dropped.
  [[nodiscard]] virtual bool send(const Outgoing& message) = 0;

  // Ends politely: for a process stdin EOF, 2 s, SIGTERM to its group, 5 s, then the whole tree is
  // killed; for HTTP the session is deleted, 2 s. on_closed follows. Calling it again does nothing.
  virtual void close() = 0;

  // While paused it reads nothing more, where that can be: what is on its way may still come.
  virtual void set_paused(bool /*paused*/) {}

  // What protocol detection found, in a word to be remembered for the next connection; empty:
  // nothing had to be found out, or nothing was yet.
  virtual std::string_view detected() const { return {}; }

  // The process id of the upstream's own process (not the shim's), 0 when there is none.
  virtual std::int64_t process_id() const { return 0; }
  // What it wrote to stderr beyond what is kept; 0 where there is none.
  virtual std::uint64_t stderr_dropped_bytes() const { return 0; }
};

}  // namespace upstream
