// What the tests of the network share: a loop with a network, and a sink that records.
#pragma once
#include <catch2/catch.hpp>

#include "net/network.h"

namespace net {

using namespace std::chrono_literals;

struct Recorder final : Sink {
  std::optional<Head> head;
  std::string body;
  std::size_t body_bytes = 0;
  std::optional<End> end;
  bool keeps_body = true;
  std::function<void()> when_body;

  void on_head(const Head& came) override {
    REQUIRE_FALSE(head);
    head = came;
  }
  void on_body(std::string_view bytes) override {
    REQUIRE(head);
    body_bytes += bytes.size();
    if (keeps_body) body += bytes;
    if (when_body) when_body();
  }
  void on_end(End how) override {
    REQUIRE_FALSE(end);
    end = std::move(how);
  }
};

struct NetworkBench {
  base::Loop loop{1};
  Network network;

  explicit NetworkBench(NetworkOptions options = {}) : network(loop, std::move(options)) {}

  static Site site(const std::string& url) {
    Site made;
    made.url = *parse_url(url);
    made.user_agent = "test/1";
    return made;
  }
  std::unique_ptr<HttpClient> client(Site made) {
    return network.client(std::make_shared<const Site>(std::move(made)));
  }
  std::unique_ptr<HttpClient> client(const std::string& url) { return client(site(url)); }

  template <class Done>
  bool until(Done done, base::Milliseconds patience = 20s) {
    const base::TimePoint give_up = base::SystemClock().now() + patience;
    while (!done()) {
      if (base::SystemClock().now() > give_up) return false;
      loop.run_once(base::Milliseconds(10));
    }
    return true;
  }
  Recorder ask(HttpClient& client, Request request) {
    Recorder sink;
    const auto exchange = client.start(std::move(request), sink);
    REQUIRE_FALSE(sink.end);
    REQUIRE(until([&] { return sink.end.has_value(); }));
    return sink;
  }
};

inline Request get(std::string target = "/") {
  Request request;
  request.target = std::move(target);
  return request;
}

inline Request post(std::string body, std::string target = "/") {
  Request request;
  request.method = Method::post;
  request.target = std::move(target);
  request.body = std::make_shared<const std::string>(std::move(body));
  request.headers = {{"Content-Type", "application/json"}};
  return request;
}

}  // namespace net
