// HTTP/1.1 on the loop: accepts, reads whole requests, hands them to one Handler, writes answers.
// Knows nothing of MCP. Resource.
//
// When places are short, connections on which nothing happens are ended, strangers' first
// (places.h); one with a request in flight or a stream never is. A few places beyond are kept for
// requests that the handler calls vital. When clients together leave too much of their answers
// untaken, those that have held most of it for longest are cut off.
//
// Requests of one connection are answered in order, one at a time; read-ahead is bounded. Answers
// are appended to the connection's buffer and flushed once per loop turn. Malformed or excessive
// input is answered by the server itself (400, 408, 413, 414, 417, 431, 503), and never reaches the
// handler.
//
// Ownership: owns its listeners and connections. Destroying it closes all at once: not from inside
//            a callback of it. Loop and handler outlive it. An Exchange may outlive it.
// Threads:   the loop thread.
// Limits:    Limits (message.h).
// Cost:      an idle connection holds under 4 KiB; a request that arrives in one piece is parsed
//            where it was read, without copy or allocation, and costs one read and one write call.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"
#include "base/result.h"
#include "proxy/http/exchange.h"
#include "proxy/http/message.h"
#include "proxy/http/request.h"

namespace proxy::http {

// Whoever answers requests.
class Handler {
 public:
  virtual ~Handler() = default;
  // Once for each request whose body did not arrive with its head, before the body is read: body()
  // is to be left alone. Who answers or moves `exchange` away refuses the request: the body is not
  // read, and the connection ends with the answer. Else on_request() follows.
  virtual void on_head(Request& /*request*/, Exchange& /*exchange*/) {}
  // Once for each request that was not refused, when its body is complete. `exchange` is open; what
  // is neither answered nor moved away on return is answered 500.
  virtual void on_request(Request& request, Exchange& exchange) = 0;
  // Whether the request is answered even on a connection beyond connections_max.
  virtual bool is_vital(const Request& /*request*/) const { return false; }
};

// Where a listener ended up.
struct Endpoint {
  std::string address;  // IPv6 without brackets
  std::uint16_t port = 0;
  bool loopback = false;
};
// "127.0.0.1:8080", "[::1]:8080".
std::string to_string(const Endpoint& endpoint);

// Since the start; for metrics.
struct ServerCounters {
  std::uint64_t accepted = 0;
  std::uint64_t refused_connections = 0;  // every place was busy
  std::uint64_t ended_for_others = 0;     // when places, or room for answers, were short
  std::uint64_t requests = 0;             // that reached the handler
  std::uint64_t refused_requests = 0;     // answered by the server itself
  std::uint64_t peers_gone = 0;           // before their answer was complete
  std::uint64_t timed_out = 0;            // slow heads and bodies, stalled writes
};

class ServerCore;

class Server {
 public:
  Server(base::Loop& loop, Limits limits, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens on `host` (an address or a name; a name is resolved now, blocking) and `port` (0: the
  // system chooses). May be called again for more endpoints. Errors: address_in_use,
  // invalid_argument (unknown host, no right to the port), io_error.
  base::Result<Endpoint> listen(std::string_view host, std::uint16_t port);
  // Takes over a listening TCP socket (socket activation); the descriptor is the server's on
  // success.
  base::Result<Endpoint> listen_on(int descriptor);
  // Listens on a unix socket at `path`, which nobody but this user can connect to. The file is
  // removed when the server drains or ends; one left by an earlier life is replaced: the caller
  // makes sure that nobody uses it. Errors: the file system's; already_exists (something else is
  // there).
  base::Result<void> listen_unix(const std::string& path);

  // Stops accepting, closes idle connections, answers the rest with "Connection: close", tells
  // streams (on_drain). `done` runs on the loop once no connection is left, or at `deadline` after
  // the rest was cut. Called once.
  void drain(base::Duration deadline, std::function<void()> done);
  bool draining() const;

  // Frees the buffers that are kept for reuse; the next requests make new ones.
  void free_spare();

  std::size_t connection_count() const;
  const ServerCounters& counters() const;
  const Limits& limits() const;

 private:
  std::unique_ptr<ServerCore> core_;
};

}  // namespace proxy::http
