// The transport of 2024-11-05: GET /sse opens a stream, POST /messages?sessionId=.. sends a
// message; the surface is /mcp's. Checks everything HTTP says before the Dispatcher sees it.
// Resource.
//
// Ownership: the daemon's; destroyed after the HTTP server.
// Threads:   the loop thread; bodies over protocol::kInlineBytesMax are scanned on a worker.
// Limits:    those of the HTTP server, SseConnections::kConnectionsMax streams.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/loop.h"
#include "protocol/envelope.h"
#include "proxy/downstream/batch_runs.h"
#include "proxy/downstream/dispatcher.h"
#include "proxy/downstream/sse_connections.h"
#include "proxy/downstream/surfaces.h"
#include "proxy/http/server.h"

namespace proxy::downstream {

enum class SsePath : std::uint8_t { stream, messages };

// Nothing for a path that is neither /sse nor /messages.
std::optional<SsePath> sse_path(std::string_view path);

class SseEndpoint {
 public:
  SseEndpoint(base::Loop& loop, Surfaces& surfaces, Dispatcher& dispatcher,
              SseConnections& connections);
  ~SseEndpoint();
  SseEndpoint(const SseEndpoint&) = delete;
  SseEndpoint& operator=(const SseEndpoint&) = delete;

  // Refuses by answering; what is refused here, on_request() would refuse too.
  void on_head(SsePath path, security::Principal principal, const http::Request& request,
               http::Exchange& exchange);
  // `principal` is who the request was found to come from.
  void on_request(SsePath path, security::Principal principal, http::Request& request,
                  http::Exchange& exchange);

 private:
  using ConnectionPtr = std::shared_ptr<SseConnection>;

  // False when the request was refused, and `exchange` answered.
  bool takes(SsePath path, const http::Request& request, http::Exchange& exchange);
  // Where a message goes; null when it was refused, and `exchange` answered.
  ConnectionPtr target_of(security::Principal principal, const http::Request& request,
                          http::Exchange& exchange);
  void open(security::Principal principal, const http::Request& request, http::Exchange& exchange);
  void post(security::Principal principal, http::Request& request, http::Exchange& exchange);
  void scan_on_worker(ConnectionPtr connection, http::Request& request, http::Exchange exchange);
  void scanned(const ConnectionPtr& connection, std::string_view body,
               const protocol::Scanned& scanned, http::Exchange exchange);
  class PostedBatch;
  void batch(const ConnectionPtr& connection, std::string_view body, http::Exchange exchange);
  void message(const ConnectionPtr& connection, const protocol::Envelope& envelope);

  base::Loop& loop_;
  Surfaces& surfaces_;
  Dispatcher& dispatcher_;
  SseConnections& connections_;
  BatchRoom batch_room_;
  BatchRuns batches_;
  std::shared_ptr<SseEndpoint*> self_;  // emptied when this dies: workers come back later
};

}  // namespace proxy::downstream
