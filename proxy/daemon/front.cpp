#include "proxy/daemon/front.h"

#include "proxy/downstream/surface_path.h"

namespace proxy::daemon {
namespace {

security::Area area_of(std::string_view path, bool is_mcp) {
  if (is_mcp) return security::Area::mcp;
  if (path == "/metrics") return security::Area::metrics;
  // A client that looks for something else must read 404, not that a key is missing.
  const bool is_api = path == "/events" || path.starts_with("/api/");
  return is_api ? security::Area::api : security::Area::open;
}

}  // namespace

void Front::on_request(http::Request& request, http::Exchange& exchange) {
  const auto surface = downstream::surface_path(request.path());
  const auto sse = downstream::sse_path(request.path());
  const security::Area area = area_of(request.path(), surface || sse);
  const security::Verdict verdict =
      security::judge(area, request, policy_.hosts, policy_.trust, key_);
  if (!verdict.allowed) {
    rest_.refuse(exchange, verdict);
    return;
  }
  if (surface) {
    mcp_.on_request(*surface, verdict.principal, request, exchange);
  } else if (sse) {
    sse_.on_request(*sse, verdict.principal, request, exchange);
  } else {
    rest_.on_request(request, exchange);
  }
}

}  // namespace proxy::daemon
