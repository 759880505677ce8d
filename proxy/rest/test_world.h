// For tests: REST behind a real HTTP server on loopback, with a service that is played.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "proxy/http/test_client.h"
#include "proxy/rest/api.h"
#include "proxy/rest/fake_service.h"

namespace proxy::rest {

struct World final : http::Handler {
  World() { endpoint = *server.listen("127.0.0.1", 0); }
  void on_head(http::Request& request, http::Exchange& exchange) override {
    api.on_head(request, exchange);
  }
  void on_request(http::Request& request, http::Exchange& exchange) override {
    api.on_request(request, exchange);
  }

  http::TestClient connect() { return {loop, endpoint}; }
  // The whole answer to one request on a connection of its own.
  std::string ask(std::string_view method, std::string_view target, std::string_view body = "",
                  std::string_view headers = "") {
    http::TestClient client = connect();
    send(client, method, target, body, headers);
    return client.until_end();
  }
  static void send(http::TestClient& client, std::string_view method, std::string_view target,
                   std::string_view body = "", std::string_view headers = "") {
    const std::string_view type = body.empty() ? "" : "Content-Type: application/json\r\n";
    client.send(
        fmt::format("{} {} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{}{}"
                    "Content-Length: {}\r\n\r\n{}",
                    method, target, type, headers, body.size(), body));
  }

  base::Loop loop{1};
  FakeService service;
  events::EventBus bus{1, loop, loop.turn(), 100};
  events::CallEvents calls{loop.turn()};
  Api api{service, bus, loop.runtime(), &calls};
  http::Server server{loop, {}, *this};
  http::Endpoint endpoint;
};

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace proxy::rest
