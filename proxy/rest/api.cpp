#include "proxy/rest/api.h"

#include <fmt/format.h>

#include "proxy/rest/metrics.h"
#include "proxy/rest/router.h"

namespace proxy::rest {
namespace {

constexpr std::string_view kApiPrefix = "/api/v1/";
// The paths beside /api/v1; all of them are only read.
constexpr std::array<std::string_view, 4> kReadPaths{"/healthz", "/readyz", "/metrics", "/events"};

// A body without this type could come from a form of a foreign page.
bool has_wrong_type(const http::Request& request) {
  return request.has_body() &&
         !http::is_media_type(request.header(http::Header::content_type), "application/json");
}

base::ErrorCode code_of(http::Status status) {
  return status == http::Status::unauthorized ? base::ErrorCode::unauthorized
                                              : base::ErrorCode::forbidden;
}

}  // namespace

Api::Api(AdminService& service, events::EventBus& bus, base::Runtime runtime,
         events::CallEvents* calls)
    : service_(service),
      bus_(bus),
      runtime_(runtime),
      epoch_(bus.last_id().epoch),
      streams_(bus, calls, runtime) {}

ReplyPtr Api::reply_to(http::Exchange& exchange) {
  requests_ += 1;
  return std::make_shared<Reply>(std::move(exchange), fmt::format("{}-{}", epoch_, requests_),
                                 runtime_.turn);
}

void Api::on_head(const http::Request& request, http::Exchange& exchange) {
  if (refuses_head(request, exchange) || !request.path().starts_with(kApiPrefix)) return;
  const std::string_view path = request.path().substr(kApiPrefix.size());
  const Routing routing = route_to(api_routes(), path, request.method());
  if (routing.route == nullptr) refuse_route(routing, path, request.method(), *reply_to(exchange));
}

void Api::on_request(http::Request& request, http::Exchange& exchange) {
  if (refuses_head(request, exchange)) return;
  const std::string_view path = request.path();
  if (path == "/healthz") {
    exchange.respond(http::Status::ok, "application/json", R"({"status":"ok"})");
  } else if (path == "/readyz") {
    readiness(exchange);
  } else if (path == "/metrics") {
    exchange.respond(http::Status::ok, kMetricsType, metrics_text(service_.status()));
  } else if (path == "/events") {
    follow_events(request, reply_to(exchange));
  } else {
    dispatch(api_routes(), path.substr(kApiPrefix.size()), service_, runtime_.clock.wall_now(),
             request, reply_to(exchange));
  }
}

bool Api::refuses_head(const http::Request& request, http::Exchange& exchange) {
  const std::string_view path = request.path();
  if (path.starts_with(kApiPrefix)) {
    if (!has_wrong_type(request)) return false;
    reply_to(exchange)->error({base::ErrorCode::unsupported, "the body is not application/json",
                               "send Content-Type: application/json"},
                              http::Status::unsupported_media_type, {});
    return true;
  }
  if (std::ranges::find(kReadPaths, path) == kReadPaths.end()) {
    reply_to(exchange)->error(
        {base::ErrorCode::not_found, fmt::format("there is nothing at {}", path),
         "MCP clients connect to /mcp, /mcp/all, /mcp/servers/NAME or /mcp/groups/NAME; REST "
         "is at /api/v1"});
    return true;
  }
  // Of HEAD the server sends the head only; there is no end of /events.
  const bool is_read = request.method() == http::Method::get ||
                       (request.method() == http::Method::head && path != "/events");
  if (!is_read) {
    constexpr http::HeaderField kAllow{"Allow", "GET"};
    reply_to(exchange)->error(
        {base::ErrorCode::unsupported,
         fmt::format("{} does not take {}", path, http::to_string(request.method())), "use GET"},
        http::Status::method_not_allowed, {&kAllow, 1});
    return true;
  }
  if (request.has_body()) {
    reply_to(exchange)->error(
        {base::ErrorCode::invalid_argument, fmt::format("{} takes no body", path), "leave it out"});
    return true;
  }
  return false;
}

void Api::readiness(http::Exchange& exchange) {
  const auto ready = service_.readiness();
  if (ready) {
    exchange.respond(http::Status::ok, "application/json", R"({"status":"ready"})");
    return;
  }
  exchange.respond(http::Status::service_unavailable, "application/json",
                   error_body(ready.error(), {}));
}

// A filter for what never was would wait in silence. What is gone may have left events.
std::optional<base::Error> Api::unknown_name(const events::EventFilter& filter) const {
  const auto kept = bus_.kept_after(bus_.before_oldest());
  for (const std::string& name : filter.servers) {
    const auto server = service_.server(name);
    const bool is_known = server || std::ranges::any_of(kept, [&](const auto& one) {
                            return events::server_of(one->event()) == name;
                          });
    if (!is_known) return server.error();
  }
  for (const std::string& name : filter.groups) {
    const auto group = service_.group(name);
    const bool is_known = group || std::ranges::any_of(kept, [&](const auto& one) {
                            return events::concerns_group(one->event(), name);
                          });
    if (!is_known) return group.error();
  }
  return std::nullopt;
}

void Api::follow_events(const http::Request& request, const ReplyPtr& reply) {
  auto query = event_query_from(request.query(), request.header(http::Header::last_event_id));
  if (!query) return reply->error(query.error());
  if (const auto unknown = unknown_name(query->filter)) return reply->error(*unknown);
  const auto possible = streams_.check(*query);
  if (!possible) return reply->error(possible.error());
  streams_.open(reply->take(), *std::move(query));
}

void Api::refuse(http::Exchange& exchange, const security::Verdict& verdict) {
  constexpr http::HeaderField kChallenge{"WWW-Authenticate", "Bearer realm=\"mcptrunk\""};
  const bool wants_key = verdict.status == http::Status::unauthorized;
  reply_to(exchange)->error(
      {code_of(verdict.status), verdict.message, verdict.remedy}, verdict.status,
      wants_key ? http::Exchange::Fields(&kChallenge, 1) : http::Exchange::Fields());
}

}  // namespace proxy::rest
