#include "proxy/rest/router.h"

#include <fmt/format.h>

#include "proxy/config/request_body.h"
#include "proxy/http/percent.h"

namespace proxy::rest {
namespace {

// Takes the first segment off.
std::string_view next_segment(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  return segment;
}

std::size_t segment_count(std::string_view path) {
  return static_cast<std::size_t>(std::ranges::count(path, '/')) + 1;
}

}  // namespace

std::optional<Query> Handling::query(std::initializer_list<std::string_view> known) const {
  auto parsed = Query::parse(request.query(), known);
  if (parsed) return *std::move(parsed);
  reply->error(parsed.error());
  return std::nullopt;
}

bool Handling::has_no_body() const {
  if (request.body().empty()) return true;
  const auto body = config::object_of(request.body(), "body", "no body, or {}");
  if (!body) {
    reply->error(body.error());
  } else if (!body->children.empty()) {
    reply->error({base::ErrorCode::invalid_argument,
                  fmt::format("\"{}\" is not known here: this request takes no fields",
                              body->children.front().key),
                  "send no body, or {}"});
  }
  return body && body->children.empty();
}

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  const std::size_t segments = segment_count(pattern);
  if (segments != segment_count(path)) return std::nullopt;
  std::vector<std::string> args;
  for (std::size_t i = 0; i < segments; ++i) {
    const std::string_view wanted = next_segment(pattern);
    auto given = http::percent_decoded(next_segment(path), false);
    if (!given) return std::nullopt;
    if (wanted.starts_with('{')) {
      if (given->empty()) return std::nullopt;
      args.push_back(*std::move(given));
    } else if (*given != wanted) {
      return std::nullopt;
    }
  }
  return args;
}

Routing route_to(std::span<const Route> routes, std::string_view path, http::Method method) {
  Routing routing;
  // A path that is written out is never taken for a {name}.
  const bool is_literal = std::ranges::find(routes, path, &Route::pattern) != routes.end();
  for (const Route& route : routes) {
    if (is_literal && route.pattern != path) continue;
    auto args = match(route.pattern, path);
    if (!args) continue;
    if (route.method == method) return {&route, *std::move(args), {}};
    if (!routing.allowed.empty()) routing.allowed += ", ";
    routing.allowed += http::to_string(route.method);
  }
  return routing;
}

void refuse_route(const Routing& routing, std::string_view path, http::Method method,
                  Reply& reply) {
  if (routing.allowed.empty()) {
    reply.error({base::ErrorCode::not_found, fmt::format("there is no /api/v1/{}", path),
                 "the README lists all paths"});
    return;
  }
  const http::HeaderField allow{"Allow", routing.allowed};
  reply.error({base::ErrorCode::unsupported,
               fmt::format("/api/v1/{} does not take {}", path, http::to_string(method)),
               fmt::format("use {}", routing.allowed)},
              http::Status::method_not_allowed, {&allow, 1});
}

void dispatch(std::span<const Route> routes, std::string_view path, AdminService& service,
              base::WallTime now, const http::Request& request, const ReplyPtr& reply) {
  Routing routing = route_to(routes, path, request.method());
  if (routing.route == nullptr) {
    refuse_route(routing, path, request.method(), *reply);
    return;
  }
  routing.route->handle({service, now, request, std::move(routing.args), reply});
}

}  // namespace proxy::rest
