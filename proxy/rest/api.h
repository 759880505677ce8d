// Everything of HTTP that is not MCP: /api/v1, /events, /healthz, /readyz and /metrics. Resource.
//
// Who may ask what is decided before (security::judge): a request that comes here is allowed.
//
// Ownership: the daemon's; destroyed after the HTTP server, before the bus and the service.
// Threads:   the loop thread.
// Limits:    bodies and targets by the HTTP server; query.h, event_stream.h.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/runtime.h"
#include "proxy/events/call_events.h"
#include "proxy/events/event_bus.h"
#include "proxy/http/server.h"
#include "proxy/rest/admin_service.h"
#include "proxy/rest/event_stream.h"
#include "proxy/rest/reply.h"
#include "proxy/security/trust.h"

namespace proxy::rest {

class Api {
 public:
  // `calls` is null where call events are not made.
  Api(AdminService& service, events::EventBus& bus, base::Runtime runtime,
      events::CallEvents* calls = nullptr);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Refuses by answering; what is refused here, on_request() would refuse too.
  void on_head(const http::Request& request, http::Exchange& exchange);
  // Answers any path; 404 for those that are not ours either.
  void on_request(http::Request& request, http::Exchange& exchange);
  // Answers a request that is not allowed.
  void refuse(http::Exchange& exchange, const security::Verdict& verdict);

 private:
  // True when the path, the method or the type of the body is wrong, and `exchange` answered.
  bool refuses_head(const http::Request& request, http::Exchange& exchange);
  void readiness(http::Exchange& exchange);
  std::optional<base::Error> unknown_name(const events::EventFilter& filter) const;
  void follow_events(const http::Request& request, const ReplyPtr& reply);
  ReplyPtr reply_to(http::Exchange& exchange);

  AdminService& service_;
  events::EventBus& bus_;
  const base::Runtime runtime_;
  const std::uint64_t epoch_;
  std::uint64_t requests_ = 0;
  EventStreams streams_;
};

}  // namespace proxy::rest
