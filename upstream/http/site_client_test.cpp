#include "upstream/http/site_client.h"

#include <httplib.h>

#include <catch2/catch.hpp>
#include <thread>

#include "net/network.h"
#include "net/testing/raw_server.h"

namespace upstream {
namespace {

using namespace std::chrono_literals;

// A server on a port of the system's choice, on threads of its own.
class TestServer {
 public:
  explicit TestServer(const std::function<void(httplib::Server&)>& routes) {
    routes(server_);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~TestServer() {
    server_.stop();
    thread_.join();
  }
  std::string url(std::string_view target) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, target);
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

struct Listener final : ExchangeListener {
  void on_head(const HttpHead& how) override { head = how; }
  void on_event(const protocol::SseEvent& event) override { events.push_back(event.data); }
  void on_end(HttpEnd how) override { end = std::move(how); }
  std::optional<HttpHead> head;
  std::vector<std::string> events;
  std::optional<HttpEnd> end;
};

struct Bench {
  base::Loop loop{1};
  net::Network network{loop};

  template <class Done>
  bool until(Done done) {
    const base::TimePoint give_up = base::SystemClock().now() + 20s;
    while (!done()) {
      if (base::SystemClock().now() > give_up) return false;
      loop.run_once(std::chrono::milliseconds(10));
    }
    return true;
  }
  std::unique_ptr<HttpClient> client(HttpSite made) {
    auto site = std::make_shared<const HttpSite>(std::move(made));
    return std::make_unique<SiteClient>(site, network.client(net_site(*site)));
  }
  std::unique_ptr<HttpClient> client(std::string_view url, std::size_t message_bytes_max = 1000) {
    HttpSite site;
    site.url = *parse_url(url);
    site.headers = {{"Authorization", "Bearer of the user"}};
    site.message_bytes_max = message_bytes_max;
    return client(std::move(site));
  }
  HttpEnd ask(HttpClient& client, HttpRequest request) {
    Listener listener;
    const auto exchange = client.begin(std::move(request), listener);
    REQUIRE_FALSE(listener.end);
    REQUIRE(until([&] { return listener.end.has_value(); }));
    return *listener.end;
  }
};

HttpRequest post(std::string target, std::string body) {
  HttpRequest request;
  request.target = std::move(target);
  request.body = std::make_shared<const std::string>(std::move(body));
  request.raw_id = "7";
  request.headers = {{"Content-Type", "application/json"}, {"Mcp-Session-Id", "s"}};
  return request;
}

HttpRequest get(std::string target) {
  HttpRequest request;
  request.method = HttpMethod::get;
  request.target = std::move(target);
  return request;
}

TEST_CASE("a message goes out with its headers and its answer comes back", "[http][threads]") {
  std::atomic<int> connections = 0;
  const TestServer server([&](httplib::Server& routes) {
    routes.Post("/mcp", [&](const httplib::Request& request, httplib::Response& response) {
      response.set_header("Mcp-Session-Id", request.get_header_value("Mcp-Session-Id") + "2");
      response.set_content(R"({"id":7,"result":")" + request.body +
                               request.get_header_value("Authorization") +
                               request.get_param_value("a") + "\"}",
                           "Application/JSON; charset=utf-8");
      connections += request.get_header_value("Connection") == "close" ? 1 : 0;
    });
  });
  Bench bench;
  const auto client = bench.client(server.url("/"));
  for (int i = 0; i < 3; ++i) {
    const HttpEnd end = bench.ask(*client, post("/mcp?a=%41b", "hello "));
    CHECK(end.fault == HttpFault::none);
    CHECK(end.head.status == 200);
    CHECK(end.head.content_type == "application/json");
    CHECK(end.head.session_id == "s2");
    CHECK(end.body == R"({"id":7,"result":"hello Bearer of the userAb"})");
    CHECK(end.answered);
  }
  CHECK(connections == 0);
}

TEST_CASE("errors and redirects come back as they are", "[http][threads]") {
  const TestServer server([](httplib::Server& routes) {
    routes.Post("/moved", [](const httplib::Request&, httplib::Response& response) {
      response.status = 307;
      response.set_header("Location", "/elsewhere");
    });
    routes.Post("/busy", [](const httplib::Request&, httplib::Response& response) {
      response.status = 503;
      response.set_header("Retry-After", "30");
      response.set_header("WWW-Authenticate", "Bearer");
      response.set_content("later", "text/plain");
    });
  });
  Bench bench;
  const auto client = bench.client(server.url("/"));
  const HttpEnd moved = bench.ask(*client, post("/moved", "{}"));
  CHECK(moved.head.status == 307);
  CHECK(moved.head.location == "/elsewhere");
  const HttpEnd busy = bench.ask(*client, post("/busy", "{}"));
  CHECK(busy.head.retry_after == "30");
  CHECK(busy.head.authenticate == "Bearer");
  CHECK(busy.body == "later");
}

TEST_CASE("an event stream comes as it is written", "[http][threads]") {
  std::atomic<bool> first_seen = false;
  const TestServer server([&](httplib::Server& routes) {
    routes.Get("/stream", [&](const httplib::Request& request, httplib::Response& response) {
      const std::string last = request.get_header_value("Last-Event-ID");
      response.set_chunked_content_provider(
          "text/event-stream", [&, last](std::size_t, httplib::DataSink& sink) {
            const std::string first = "id: 1\nretry: 20\ndata: one" + last + "\n\n";
            sink.write(first.data(), first.size());
            while (!first_seen) std::this_thread::yield();
            const std::string second = "data: {\"id\":7,\"result\":1}\n\n";
            sink.write(second.data(), second.size());
            sink.done();
            return true;
          });
    });
  });
  Bench bench;
  const auto client = bench.client(server.url("/"));
  HttpRequest request = get("/stream");
  request.headers = {{"Last-Event-ID", "0"}};
  request.raw_id = "7";
  Listener listener;
  const auto exchange = client->begin(std::move(request), listener);
  REQUIRE(bench.until([&] { return listener.events.size() == 1; }));
  REQUIRE(listener.head);
  CHECK_FALSE(listener.end);
  first_seen = true;
  REQUIRE(bench.until([&] { return listener.end.has_value(); }));
  CHECK(listener.events == std::vector<std::string>{"one0", R"({"id":7,"result":1})"});
  CHECK(listener.end->answered);
  CHECK(listener.end->streamed);
  CHECK(listener.end->last_event_id == "1");
  CHECK(listener.end->retry == 20ms);
}

TEST_CASE("faults are told apart", "[http][threads]") {
  const TestServer server([](httplib::Server& routes) {
    routes.Post("/large", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(std::string(2000, 'x'), "application/json");
    });
    routes.Post("/cut", [](const httplib::Request&, httplib::Response& response) {
      response.set_content_provider(100, "application/json",
                                    [](std::size_t, std::size_t, httplib::DataSink& sink) {
                                      sink.write("{", 1);
                                      return false;
                                    });
    });
  });
  Bench bench;
  const auto client = bench.client(server.url("/"));
  CHECK(bench.ask(*client, post("/large", "{}")).fault == HttpFault::too_large);
  CHECK(bench.ask(*client, post("/cut", "{}")).fault == HttpFault::cut);

  const auto nobody = bench.client("http://127.0.0.1:1/");
  const HttpEnd refused = bench.ask(*nobody, post("/", "{}"));
  CHECK(refused.fault == HttpFault::refused);
  CHECK(refused.error_number == ECONNREFUSED);
  const auto nowhere = bench.client("http://no-such-host.invalid/");
  const HttpEnd unresolved = bench.ask(*nowhere, post("/", "{}"));
  CHECK(unresolved.fault == HttpFault::unresolved);
  CHECK_FALSE(unresolved.detail.empty());
  const auto plain = bench.client("https://" + server.url("/").substr(7));
  const HttpEnd no_tls = bench.ask(*plain, post("/", "{}"));
  CHECK(no_tls.fault == HttpFault::tls);
  CHECK_FALSE(no_tls.detail.empty());
}

TEST_CASE("giving up an exchange ends it although the server is silent", "[http][threads]") {
  std::atomic<int> closed = 0;
  const net::RawServer server([&](net::RawConnection& connection) {
    connection.read_request();
    connection.wait_for_end();
    ++closed;
  });
  Bench bench;
  const auto client = bench.client(server.url());
  Listener listener;
  auto exchange = client->begin(post("/silent", "{}"), listener);
  REQUIRE(bench.until([&] { return server.connections() == 1; }));
  exchange.reset();
  CHECK(bench.until([&] { return closed == 1; }));
  CHECK_FALSE(listener.end);
}

constexpr std::string_view kStream =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view text) {
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

TEST_CASE("an exchange is over when its answer was read, also when the stream stays open",
          "[http][threads]") {
  std::atomic<int> over = 0;
  const net::RawServer server([&](net::RawConnection& connection) {
    while (!connection.read_request().empty()) {
      connection.write(kStream);
      connection.write(chunk("data: {\"method\":\"notifications/progress\"}\n\n"));
      connection.write(chunk("data: {\"id\":7,\"result\":1}\n\n"));
      if (over++ > 0) return connection.wait_for_end();  // the last chunk never comes
      connection.write(chunk(""));
    }
  });
  Bench bench;
  const auto client = bench.client(server.url());
  for (int i = 0; i < 2; ++i) {
    Listener listener;
    const auto exchange = client->begin(post("/mcp", "{}"), listener);
    REQUIRE(bench.until([&] { return listener.end.has_value(); }));
    CHECK(listener.events.size() == 2);
    CHECK(listener.end->answered);
    CHECK(listener.end->streamed);
    CHECK(listener.end->fault == HttpFault::none);
  }
  CHECK(server.connections() == 1);  // the first one ended soon enough to be kept
}

TEST_CASE("an exchange may be given up in the middle of its events", "[http][threads]") {
  const net::RawServer server([](net::RawConnection& connection) {
    connection.read_request();
    connection.write(kStream);
    connection.write(chunk("data: one\n\ndata: two\n\ndata: {\"id\":7,\"result\":1}\n\n"));
    connection.wait_for_end();
  });
  struct Leaver final : ExchangeListener {
    void on_head(const HttpHead&) override {}
    void on_event(const protocol::SseEvent&) override {
      ++events;
      exchange.reset();
    }
    void on_end(HttpEnd) override { FAIL(); }
    int events = 0;
    std::unique_ptr<HttpExchange> exchange;
  };
  Bench bench;
  const auto client = bench.client(server.url());
  Leaver leaver;
  leaver.exchange = client->begin(post("/mcp", "{}"), leaver);
  REQUIRE(bench.until([&] { return leaver.exchange == nullptr; }));
  CHECK(bench.until([&] { return bench.network.counts().running == 0; }));
  CHECK(leaver.events == 1);
}

TEST_CASE("a byte order mark before an answer is skipped", "[http][threads]") {
  const net::RawServer server([](net::RawConnection& connection) {
    connection.read_request();
    connection.answer("\xEF\xBB\xBF{\"id\":7,\"result\":1}", "Content-Type: application/json\r\n");
    connection.wait_for_end();
  });
  Bench bench;
  const auto client = bench.client(server.url());
  const HttpEnd end = bench.ask(*client, post("/mcp", "{}"));
  CHECK(end.answered);
  CHECK(end.body == R"({"id":7,"result":1})");
}

TEST_CASE("every success without a body is whole at once", "[http][threads]") {
  const net::RawServer server([](net::RawConnection& connection) {
    for (const char* status : {"200 OK", "202 Accepted", "204 No Content", "205 Reset Content"}) {
      connection.read_request();
      const bool has_length = std::string_view(status) != "204 No Content";
      connection.write(
          fmt::format("HTTP/1.1 {}\r\n{}\r\n", status, has_length ? "Content-Length: 0\r\n" : ""));
    }
    connection.wait_for_end();
  });
  Bench bench;
  const auto client = bench.client(server.url());
  for (const int status : {200, 202, 204, 205}) {
    const HttpEnd end = bench.ask(*client, post("/mcp", "{}"));
    CHECK(end.fault == HttpFault::none);
    CHECK(end.head.status == status);
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a request's own headers take the place of the site's", "[http][threads]") {
  const net::RawServer server([](net::RawConnection& connection) {
    connection.answer(connection.read_request());
    connection.wait_for_end();
  });
  Bench bench;
  HttpSite site;
  site.url = *parse_url(server.url());
  site.headers = {{"accept", "text/html"}, {"User-Agent", "theirs"}, {"X-Own", "kept"}};
  const auto client = bench.client(std::move(site));
  HttpRequest request = post("/mcp", "{}");
  request.headers.push_back({"Accept", "application/json"});
  const HttpEnd end = bench.ask(*client, std::move(request));
  CHECK(end.body.find("text/html") == std::string::npos);
  CHECK(end.body.find("Accept: application/json\r\n") != std::string::npos);
  CHECK(end.body.find("User-Agent: theirs\r\n") != std::string::npos);
  CHECK(end.body.find("mcptrunk/") == std::string::npos);
  CHECK(end.body.find("X-Own: kept\r\n") != std::string::npos);
}

TEST_CASE("a proxy that wants a login says so", "[http][threads]") {
  const net::RawServer proxy([](net::RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    connection.wait_for_end();
  });
  Bench bench;
  HttpSite site;
  site.url = *parse_url("https://upstream.invalid/mcp");
  site.proxy = *parse_url(proxy.url());
  const auto client = bench.client(std::move(site));
  const HttpEnd end = bench.ask(*client, post("/mcp", "{}"));
  CHECK(end.fault == HttpFault::none);
  CHECK(end.head.status == 407);
}

}  // namespace
}  // namespace upstream
