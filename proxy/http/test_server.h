// A Server whose handler echoes, for the tests of the server.
#pragma once
#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http/server.h"
#include "proxy/http/test_client.h"

namespace proxy::http::server_test {

using std::chrono::milliseconds;

// Echoes method, target and body; "/later..." is kept for the test to answer, "/none" is not
// answered, "/refused..." is refused with 403 by its head ("/refused/later": when the test says
// so), "/vital" is vital. Who sends "X-API-Key" is known.
class Echo : public Handler, public ExchangeWatcher {
 public:
  void on_head(Request& request, Exchange& exchange) override {
    heads.push_back(fmt::format("{} {}", to_string(request.method()), request.target()));
    judge(request);
    if (!request.path().starts_with("/refused")) return;
    if (request.path() == "/refused/later") {
      exchange.watch(this);
      kept.push_back(std::move(exchange));
    } else {
      exchange.respond(Status::forbidden, "text/plain", "not you");
    }
  }
  bool is_vital(const Request& request) const override { return request.path() == "/vital"; }
  void on_request(Request& request, Exchange& exchange) override {
    log.push_back(fmt::format("{} {}", to_string(request.method()), request.target()));
    if (!request.judgement()) judge(request);
    if (request.path() == "/none") return;
    if (request.path().starts_with("/later")) {
      exchange.watch(this);
      kept.push_back(std::move(exchange));
      return;
    }
    const std::array<std::string_view, 3> parts{request.target(), ":", request.body()};
    exchange.respond(Status::ok, "text/plain", parts);
  }
  void on_peer_gone(Exchange& exchange) override {
    CHECK(!exchange.open());
    ++gone;
  }
  void on_writable(Exchange&) override { ++writable; }
  void on_drain(Exchange& exchange) override {
    ++drains;
    if (end_on_drain) exchange.end();
  }

  void judge(Request& request) {
    ++judged;
    request.set_judgement({.known = request.has(Header::x_api_key)});
  }

  std::vector<std::string> heads;
  int judged = 0;
  std::vector<std::string> log;
  std::deque<Exchange> kept;
  int gone = 0, writable = 0, drains = 0;
  bool end_on_drain = false;
};

struct Fixture {
  explicit Fixture(Limits limits = {}) : server(loop, limits, echo) {
    endpoint = *server.listen("127.0.0.1", 0);
  }
  TestClient connect() { return {loop, endpoint}; }

  base::Loop loop{1};
  Echo echo;
  Server server;
  Endpoint endpoint;
};

inline std::string post(std::string_view target, std::string_view body,
                        std::string_view more = {}) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: h\r\n{}Content-Length: {}\r\n\r\n{}", target, more,
                     body.size(), body);
}
inline std::string get(std::string_view target, std::string_view more = {}) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n{}\r\n", target, more);
}

}  // namespace proxy::http::server_test
