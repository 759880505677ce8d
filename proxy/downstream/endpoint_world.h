// For tests: the MCP endpoints behind a real HTTP server on a real loop, over a fleet in which
// nothing ever gets ready.
#pragma once
#include <string>
#include <string_view>

#include "base/offload.h"
#include "proxy/catalog/test_catalog.h"
#include "proxy/downstream/mcp_endpoint.h"
#include "proxy/downstream/quiet_fleet.h"
#include "proxy/downstream/recorded_calls.h"
#include "proxy/downstream/sealed_sessions.h"
#include "proxy/downstream/sse_endpoint.h"
#include "proxy/downstream/upstream_news.h"
#include "proxy/http/test_client.h"
#include "storage/sim_store.h"

namespace proxy::downstream {

class EndpointWorld final : private http::Handler {
 public:
  EndpointWorld() {
    upstreams.apply(
        {{"alpha", upstream::RunPolicy::lazy}, {"beta", upstream::RunPolicy::disabled}});
    auto config = std::make_shared<config::Config>();
    for (const char* name : {"alpha", "beta"}) {
      config::ServerConfig made;
      made.name = name;
      made.groups = {"all of them"};
      config->servers.push_back(std::move(made));
    }
    config::GroupConfig group;
    group.name = "all of them";
    config->groups.push_back(std::move(group));
    surfaces.set_config(std::move(config));
    catalog.put(0, catalog::build("alpha", R"([{"name":"add","inputSchema":{}}])"));
    where = *server.listen("127.0.0.1", 0);
  }
  ~EndpointWorld() override {
    if (!down) upstreams.fleet.shutdown(std::chrono::milliseconds(10), [&] { down = true; });
    http::run_until(loop, [&] { return down; });
  }

  http::TestClient connect() { return {loop, where}; }
  void turn() { loop.run_once(base::Milliseconds(1)); }

  // The text of a POST of `body`; `more` are whole header lines.
  static std::string post(std::string_view target, std::string_view body,
                          std::string_view more = {}) {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nAccept: "
        "application/json, text/event-stream\r\n{}Content-Length: {}\r\n\r\n{}",
        target, more, body.size(), body);
  }
  static std::string get(std::string_view target, std::string_view more = {}) {
    return fmt::format("GET {} HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n{}\r\n", target,
                       more);
  }
  static std::string initialize() {
    return R"({"jsonrpc":"2.0","id":"init","method":"initialize","params":{)"
           R"("protocolVersion":"2025-06-18","capabilities":{}}})";
  }

  base::Loop loop{1};
  catalog::Catalog catalog;
  QuietFleet upstreams{loop.runtime()};
  search::ToolIndex index;
  tools::ToolFinder finder{catalog, index, upstreams.fleet, [](std::string_view) {
                             return base::Result<search::ServerSet>(search::ServerSet{});
                           }};
  Surfaces surfaces{catalog, upstreams.fleet};
  security::Sealer sealer{security::Sealer::Key{}};
  SealedSessions seal{sealer, loop};
  Callers callers;
  Subscriptions subscriptions{upstreams.fleet, catalog, callers};
  LogLevels log_levels{upstreams.fleet, catalog};
  SessionTable sessions{loop.runtime(), seal};
  EventStreams streams{loop.runtime()};
  RecordedCalls recorded;
  storage::SimDisk disk;
  storage::SimStore store{loop.runtime(), disk};
  tools::ResultCache results{store, loop, [this](auto work, auto then) {
                               base::offload(loop, std::move(work), std::move(then));
                             }};
  CallTable calls{loop, upstreams.fleet, catalog, results, recorded, callers};
  ServerRequests questions{loop.runtime(), upstreams.fleet, callers, calls};
  UpstreamNews news{calls, subscriptions, log_levels};
  Offers offers{{catalog, upstreams.fleet, calls, subscriptions, log_levels}};
  struct NoActions final : tools::ManagementActions {
    void manage(const tools::ManagementRequest&, Answer answer) override {
      answer(std::string("[]"));
    }
  } actions;
  tools::ManagementTools management{actions};
  Dispatcher dispatcher{{catalog, finder, results, management, upstreams.fleet, surfaces, calls,
                         sessions, offers, questions}};
  McpEndpoint mcp{loop, surfaces, dispatcher, sessions, calls, streams};
  SseConnections sse_connections{loop.runtime(), calls};
  SseEndpoint sse{loop, surfaces, dispatcher, sse_connections};
  security::Principal principal = security::Principal::local;  // of every request from now on
  http::Server server{loop, http::Limits{}, *this};
  http::Endpoint where;
  bool down = false;  // the fleet is shut down

 private:
  void on_head(http::Request& request, http::Exchange& exchange) override {
    if (const auto path = surface_path(request.path())) {
      mcp.on_head(*path, request, exchange);
    } else if (const auto part = sse_path(request.path())) {
      sse.on_head(*part, principal, request, exchange);
    }
  }
  void on_request(http::Request& request, http::Exchange& exchange) override {
    if (const auto path = surface_path(request.path())) {
      mcp.on_request(*path, principal, request, exchange);
    } else if (const auto part = sse_path(request.path())) {
      sse.on_request(*part, principal, request, exchange);
    }
  }
};

}  // namespace proxy::downstream
