// Every request's first stop: who may speak, and which part of the daemon answers. Resource.
//
// A request whose body is still to come is judged by its head, by the same rules: what is refused
// is not read.
//
// Ownership: the daemon's; destroyed after the HTTP server.
// Threads:   the loop thread.
#pragma once
#include <optional>

#include "proxy/config/config.h"
#include "proxy/downstream/mcp_endpoint.h"
#include "proxy/downstream/sse_endpoint.h"
#include "proxy/http/server.h"
#include "proxy/rest/api.h"
#include "proxy/security/trust.h"

namespace proxy::daemon {

class Front final : public http::Handler {
 public:
  struct Policy {
    security::HostOriginPolicy hosts;
    security::TrustSettings trust;

    // Errors: invalid_argument, for a trusted host or origin that is none.
    static base::Result<Policy> of(const config::Config& config);
  };

  Front(Policy policy, const security::ApiKey& key, downstream::McpEndpoint& mcp,
        downstream::SseEndpoint& sse, rest::Api& rest)
      : policy_(std::move(policy)), key_(key), mcp_(mcp), sse_(sse), rest_(rest) {}
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  void set_policy(Policy policy) { policy_ = std::move(policy); }
  void on_head(http::Request& request, http::Exchange& exchange) override;
  void on_request(http::Request& request, http::Exchange& exchange) override;
  // The health checks, and what the command line asks.
  bool is_vital(const http::Request& request) const override;

 private:
  // Who asks: judged once for a request. Nothing when it was refused, and `exchange` answered.
  std::optional<security::Principal> admit(security::Area area, http::Request& request,
                                           http::Exchange& exchange);

  Policy policy_;
  const security::ApiKey& key_;
  downstream::McpEndpoint& mcp_;
  downstream::SseEndpoint& sse_;
  rest::Api& rest_;
};

}  // namespace proxy::daemon
