#include "proxy/security/host_origin.h"

#include <catch2/catch.hpp>

namespace proxy::security {
namespace {

HostOriginPolicy policy(std::string listen, std::vector<std::string> hosts = {},
                        std::vector<std::string> origins = {}) {
  auto made = HostOriginPolicy::make(std::move(listen), std::move(hosts), std::move(origins));
  REQUIRE(made);
  return *std::move(made);
}

TEST_CASE("loopback names pass with any port, names pointed at loopback do not", "[security]") {
  const HostOriginPolicy local = policy("127.0.0.1");
  CHECK(!local.reachable_beyond_loopback());
  for (const char* host : {"localhost", "localhost:8080", "LocalHost:1", "127.0.0.1",
                           "127.0.0.1:65535", "[::1]", "[::1]:8080"}) {
    CAPTURE(host);
    CHECK(local.host_allowed(host));
  }
  for (const char* host : {"",
                           "evil.example",
                           "evil.example:8080",
                           "localhost.evil.example",
                           "127.0.0.1.evil.example",
                           "localhost:",
                           "localhost:0x50",
                           "localhost:65536",
                           "localhost:80:80",
                           "localhost ",
                           "[::1",
                           "::1",
                           "[::1]evil",
                           "[evil]:80",
                           "user@localhost",
                           "localhost/",
                           "192.168.1.7",
                           "[::2]",
                           "127.0.0.1\t",
                           "localhost."}) {
    CAPTURE(host);
    CHECK(!local.host_allowed(host));
  }
}

TEST_CASE("an address literal passes when we listen on it or on all addresses", "[security]") {
  CHECK(policy("192.168.1.7").host_allowed("192.168.1.7:8080"));
  CHECK(!policy("192.168.1.7").host_allowed("192.168.1.8:8080"));
  CHECK(policy("0.0.0.0").host_allowed("10.0.0.5:8080"));
  CHECK(policy("::").host_allowed("[fe80::1]:8080"));
  CHECK(!policy("0.0.0.0").host_allowed("evil.example"));
  CHECK(policy("fd00::7").host_allowed("[fd00::7]"));
  CHECK(policy("gateway.lan").host_allowed("gateway.lan:8080"));
}

TEST_CASE("a trusted host passes with the port it names, or any", "[security]") {
  const HostOriginPolicy trusted = policy("127.0.0.1", {"mcp.example.com", "other.example:9000"});
  CHECK(trusted.reachable_beyond_loopback());
  CHECK(trusted.host_allowed("mcp.example.com"));
  CHECK(trusted.host_allowed("MCP.example.com:443"));
  CHECK(trusted.host_allowed("other.example:9000"));
  CHECK(!trusted.host_allowed("other.example"));
  CHECK(!trusted.host_allowed("other.example:9001"));
  CHECK(!trusted.host_allowed("a.mcp.example.com"));
}

TEST_CASE("pages of this machine and trusted pages pass, other pages do not", "[security]") {
  const HostOriginPolicy origins =
      policy("127.0.0.1", {"mcp.example.com"}, {"https://app.example.com", "vscode-webview://abc"});
  const std::string host = "127.0.0.1:8080";
  for (const char* origin :
       {"http://localhost:6274", "http://localhost", "https://127.0.0.1:1", "http://[::1]:8080",
        "https://app.example.com", "https://app.example.com:443", "HTTPS://App.Example.com",
        "vscode-webview://abc"}) {
    CAPTURE(origin);
    CHECK(origins.origin_allowed(origin, host));
  }
  for (const char* origin :
       {"", "null", "https://evil.example", "http://app.example.com", "https://app.example.com:444",
        "https://localhost.evil.example", "file://", "http://localhost/", "localhost",
        "chrome-extension://localhost", "vscode-webview://abcd", "http://user@localhost"}) {
    CAPTURE(origin);
    CHECK(!origins.origin_allowed(origin, host));
  }
  CHECK(origins.origin_allowed("https://mcp.example.com", "mcp.example.com"));
  CHECK(!origins.origin_allowed("https://mcp.example.com:8443", "mcp.example.com"));
}

TEST_CASE("what is reachable from elsewhere is known from listen address and trust", "[security]") {
  CHECK(!policy("localhost").reachable_beyond_loopback());
  CHECK(!policy("::1").reachable_beyond_loopback());
  CHECK(!policy("127.0.0.2").reachable_beyond_loopback());
  CHECK(policy("0.0.0.0").reachable_beyond_loopback());
  CHECK(policy("127.evil.example").reachable_beyond_loopback());
  CHECK(!policy("127.0.0.1", {"localhost:8080"}, {"http://localhost:3000"})
             .reachable_beyond_loopback());
  CHECK(policy("127.0.0.1", {}, {"https://app.example.com"}).reachable_beyond_loopback());
}

TEST_CASE("entries that are no host or origin are refused by name", "[security]") {
  const auto host = HostOriginPolicy::make("127.0.0.1", {"https://a.example"}, {});
  REQUIRE(!host);
  CHECK(host.error().message.find("https://a.example") != std::string::npos);
  const auto origin = HostOriginPolicy::make("127.0.0.1", {}, {"a.example"});
  REQUIRE(!origin);
  CHECK(origin.error().message.find("trusted_origins") != std::string::npos);
}

}  // namespace
}  // namespace proxy::security
