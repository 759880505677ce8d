// Through a proxy: what it is told, and what its refusals become.
#include <catch2/catch.hpp>

#include "net/testing/network_bench.h"
#include "net/testing/raw_server.h"

namespace net {
namespace {

Site behind(const RawServer& proxy, const std::string& url, const std::string& user = "") {
  Site site = NetworkBench::site(url);
  site.proxy = *parse_url("http://" + user + proxy.url().substr(7));
  return site;
}

TEST_CASE("a proxy is asked with the whole address, and names are its business", "[net][threads]") {
  const RawServer proxy([](RawConnection& connection) {
    for (std::string request; !(request = connection.read_request()).empty();) {
      connection.answer(request);
    }
  });
  NetworkBench bench;
  const auto client = bench.client(behind(proxy, "http://upstream.invalid/", "user:p%40ss@"));
  const Recorder got = bench.ask(*client, post("{}", "/mcp"));
  CHECK(got.end->fault == Fault::none);
  CHECK(got.body.starts_with("POST http://upstream.invalid/mcp HTTP/1.1\r\n"));
  CHECK(got.body.find("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n") != std::string::npos);
}

TEST_CASE("TLS goes through a tunnel; a proxy that refuses it is told apart from the site",
          "[net][threads]") {
  std::string asked;
  const RawServer proxy([&](RawConnection& connection) {
    asked = connection.read_request();
    connection.write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(behind(proxy, "https://upstream.invalid/"));
  Request request = post("{}");
  request.headers.push_back({"Authorization", "Bearer secret"});
  const Recorder got = bench.ask(*client, request);
  CHECK(got.end->fault == Fault::refused);
  CHECK(got.end->proxy_status == 407);
  CHECK_FALSE(got.end->sent);
  CHECK(asked.starts_with("CONNECT upstream.invalid:443 HTTP/1.1\r\n"));
  CHECK(asked.find("secret") == std::string::npos);
}

TEST_CASE("a proxy that never ends its answer is given up", "[net][threads]") {
  const RawServer proxy([&](RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 Connection established\r\n");
    while (connection.write("X-Padding: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  NetworkBench bench;
  Site site = behind(proxy, "https://upstream.invalid/");
  site.connect_max = 300ms;
  const auto client = bench.client(site);
  CHECK_FALSE(bench.ask(*client, post("{}")).end->sent);
}

TEST_CASE("the environment's proxies are not taken unasked", "[net][threads]") {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  const RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.answer("x");
    connection.wait_for_end();
  });
  NetworkBench bench;
  const auto client = bench.client(server.url());
  CHECK(bench.ask(*client, get()).body == "x");
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

}  // namespace
}  // namespace net
