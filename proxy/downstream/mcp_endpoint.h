// MCP over Streamable HTTP, legacy revisions: what POST, GET and DELETE on a surface's path mean.
// Checks everything HTTP says of a message before the Dispatcher sees it. Resource.
//
// Ownership: the daemon's; destroyed after the HTTP server.
// Threads:   the loop thread; bodies over protocol::kInlineBytesMax are scanned on a worker.
// Limits:    those of the HTTP server; protocol::kBatchMessagesMax messages in a batch, and what
//            BatchRuns, BatchRoom and Batch say.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/loop.h"
#include "protocol/envelope.h"
#include "proxy/downstream/batch_runs.h"
#include "proxy/downstream/dispatcher.h"
#include "proxy/downstream/event_stream.h"
#include "proxy/downstream/session_table.h"
#include "proxy/downstream/surfaces.h"
#include "proxy/http/server.h"

namespace proxy::downstream {

class McpEndpoint {
 public:
  McpEndpoint(base::Loop& loop, Surfaces& surfaces, Dispatcher& dispatcher, SessionTable& sessions,
              CallTable& calls, EventStreams& streams);
  ~McpEndpoint();
  McpEndpoint(const McpEndpoint&) = delete;
  McpEndpoint& operator=(const McpEndpoint&) = delete;

  // Refuses by answering; what is refused here, on_request() would refuse too.
  void on_head(const SurfacePath& path, const http::Request& request, http::Exchange& exchange);
  // `principal` is who the request was found to come from.
  void on_request(const SurfacePath& path, security::Principal principal, http::Request& request,
                  http::Exchange& exchange);

 private:
  // What HTTP says of a message.
  struct PostFacts {
    const std::shared_ptr<Surface>& surface;
    security::Principal principal;
    std::optional<std::string_view> session_id;
    std::optional<std::string_view> version;
    bool may_stream = true;
  };

  // What the head alone says: null when it refuses the request, and `exchange` is answered.
  std::shared_ptr<Surface> surface_for(const SurfacePath& path, const http::Request& request,
                                       http::Exchange& exchange);
  void post(const std::shared_ptr<Surface>& surface, security::Principal principal,
            http::Request& request, http::Exchange& exchange);
  void scan_on_worker(const std::shared_ptr<Surface>& surface, security::Principal principal,
                      http::Request& request, http::Exchange exchange);
  void scanned(const PostFacts& facts, std::string_view body, const protocol::Scanned& scanned,
               http::Exchange exchange);
  void message(const PostFacts& facts, const protocol::Envelope& envelope, http::Exchange exchange);
  class PostedBatch;
  void batch(const PostFacts& facts, std::string_view body, http::Exchange exchange);
  // Null when the request was refused, and `exchange` answered.
  Session* session_for(const PostFacts& facts, std::string_view request_id,
                       http::Exchange& exchange);
  void get(const std::shared_ptr<Surface>& surface, security::Principal principal,
           http::Request& request, http::Exchange& exchange);
  void end_session(const std::shared_ptr<Surface>& surface, security::Principal principal,
                   http::Request& request, http::Exchange& exchange);

  base::Loop& loop_;
  Surfaces& surfaces_;
  Dispatcher& dispatcher_;
  SessionTable& sessions_;
  CallTable& calls_;
  EventStreams& streams_;
  BatchRoom batch_room_;
  BatchRuns batches_;
  std::shared_ptr<McpEndpoint*> self_;  // emptied when this dies: workers come back later
};

}  // namespace proxy::downstream
