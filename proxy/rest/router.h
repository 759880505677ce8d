// Which handler answers which method and path: a table. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "proxy/http/message.h"
#include "proxy/http/request.h"
#include "proxy/rest/admin_service.h"
#include "proxy/rest/query.h"
#include "proxy/rest/reply.h"

namespace proxy::rest {

// What a handler works with. Valid until it returns, but for the reply.
struct Handling {
  AdminService& service;
  base::WallTime now;
  const http::Request& request;
  std::vector<std::string> args;  // what stood for the {names} of the pattern, decoded
  const ReplyPtr& reply;

  // The query with only these names; nothing after an error, which is answered then.
  std::optional<Query> query(std::initializer_list<std::string_view> known) const;
  // For what is said by the path alone: a body must be empty or {}. False after an error, which is
  // answered then.
  bool has_no_body() const;
};

using Handle = void (*)(const Handling& handling);

struct Route {
  http::Method method;
  std::string_view pattern;  // below /api/v1: "servers/{name}/tools"
  Handle handle;
};

// The {names} of `pattern` as they stand in `path`; nothing when it does not fit.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path);

// What a path and a method lead to.
struct Routing {
  const Route* route = nullptr;   // null: to nothing
  std::vector<std::string> args;  // what stood for the {names}, decoded
  std::string allowed;            // without a route: the methods that the path takes; may be empty
};
Routing route_to(std::span<const Route> routes, std::string_view path, http::Method method);
// Answers 404 or 405 with Allow. REQUIRES: routing.route is null.
void refuse_route(const Routing& routing, std::string_view path, http::Method method, Reply& reply);

// Calls the handler, or answers 404 or 405 with Allow.
void dispatch(std::span<const Route> routes, std::string_view path, AdminService& service,
              base::WallTime now, const http::Request& request, const ReplyPtr& reply);

// All of /api/v1.
std::span<const Route> api_routes();

}  // namespace proxy::rest
