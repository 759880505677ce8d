#include "proxy/daemon/front.h"

#include <unistd.h>

#include "proxy/downstream/surface_path.h"

namespace proxy::daemon {
namespace {

struct Destination {
  security::Area area = security::Area::open;
  std::optional<downstream::SurfacePath> surface;
  std::optional<downstream::SsePath> sse;  // neither: REST
};

security::Area area_of(std::string_view path, bool is_mcp) {
  if (is_mcp) return security::Area::mcp;
  if (path == "/metrics") return security::Area::metrics;
  // A client that looks for something else must read 404, not that a key is missing.
  const bool is_api = path == "/events" || path.starts_with("/api/");
  return is_api ? security::Area::api : security::Area::open;
}

Destination destination_of(std::string_view path) {
  Destination to;
  to.surface = downstream::surface_path(path);
  if (!to.surface) to.sse = downstream::sse_path(path);
  to.area = area_of(path, to.surface || to.sse);
  return to;
}

}  // namespace

base::Result<Front::Policy> Front::Policy::of(const config::Config& config) {
  auto hosts = security::HostOriginPolicy::make(config.listen.host, config.trusted_hosts,
                                                config.trusted_origins);
  if (!hosts) return std::move(hosts).error();
  const security::TrustSettings trust{hosts->reachable_beyond_loopback(), config.require_mcp_auth,
                                      config.local_users == config::LocalUsers::all, ::geteuid()};
  return Policy{std::move(hosts).value(), trust};
}

std::optional<security::Principal> Front::admit(security::Area area, http::Request& request,
                                                http::Exchange& exchange) {
  if (const auto& before = request.judgement()) return security::Principal{before->as};
  const security::Verdict verdict =
      security::judge(area, request, policy_.hosts, policy_.trust, key_);
  if (!verdict.allowed) {
    rest_.refuse(exchange, verdict);
    return std::nullopt;
  }
  request.set_judgement(
      {.known = area != security::Area::open, .as = static_cast<std::uint8_t>(verdict.principal)});
  return verdict.principal;
}

void Front::on_head(http::Request& request, http::Exchange& exchange) {
  const Destination to = destination_of(request.path());
  const auto principal = admit(to.area, request, exchange);
  if (!principal) return;
  if (to.surface) {
    mcp_.on_head(*to.surface, request, exchange);
  } else if (to.sse) {
    sse_.on_head(*to.sse, *principal, request, exchange);
  } else {
    rest_.on_head(request, exchange);
  }
}

void Front::on_request(http::Request& request, http::Exchange& exchange) {
  const Destination to = destination_of(request.path());
  const auto principal = admit(to.area, request, exchange);
  if (!principal) return;
  if (to.surface) {
    mcp_.on_request(*to.surface, *principal, request, exchange);
  } else if (to.sse) {
    sse_.on_request(*to.sse, *principal, request, exchange);
  } else {
    rest_.on_request(request, exchange);
  }
}

bool Front::is_vital(const http::Request& request) const {
  const bool is_command =
      request.peer().via == http::Peer::Via::unix_socket && request.path().starts_with("/api/");
  return is_command || request.path() == "/healthz" || request.path() == "/readyz";
}

}  // namespace proxy::daemon
