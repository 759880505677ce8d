#include "net/proxy_rules.h"

#include <catch2/catch.hpp>

namespace net {
namespace {

Url url(std::string_view text) {
  const auto parsed = parse_url(text);
  REQUIRE(parsed.ok());
  return *parsed;
}

std::string proxy_of(std::string_view site, const std::vector<std::string>& environment) {
  const auto proxy = proxy_for(url(site), environment);
  return proxy ? origin_text(*proxy) : "";
}

TEST_CASE("the environment names a proxy by scheme, lower case first", "[http]") {
  const std::vector<std::string> environment{"HTTP_PROXY=http://upper:1", "http_proxy=lower:2",
                                             "HTTPS_PROXY=http://secure:3"};
  CHECK(proxy_of("http://h/", environment) == "http://lower:2");
  CHECK(proxy_of("https://h/", environment) == "http://secure:3");
  CHECK(proxy_of("https://h/", {"ALL_PROXY=http://all:4"}) == "http://all:4");
  CHECK(proxy_of("https://h/", {}).empty());
  CHECK(proxy_of("http://127.0.0.5/", environment).empty());
  CHECK(proxy_of("http://localhost:3000/", environment).empty());
  CHECK(proxy_of("http://h/", {"http_proxy=http://:0"}).empty());
}

TEST_CASE("NO_PROXY excepts hosts, domains, ports and networks", "[http]") {
  const std::string no_proxy =
      "no_proxy=example.com, .corp.net,*.wild.org,h:8080,10.0.0.0/8,fd00::/8";
  const std::vector<std::string> environment{"http_proxy=http://p:1", no_proxy};
  for (const std::string_view direct :
       {"http://example.com/", "http://EXAMPLE.com/", "http://a.example.com/", "http://corp.net/",
        "http://x.corp.net/", "http://a.wild.org/", "http://h:8080/", "http://10.20.30.40/",
        "http://[fd00::1]/"}) {
    INFO(direct);
    CHECK(proxy_of(direct, environment).empty());
  }
  for (const std::string_view proxied : {"http://notexample.com/", "http://h/", "http://h:81/",
                                         "http://11.0.0.1/", "http://[fe00::1]/"}) {
    INFO(proxied);
    CHECK(proxy_of(proxied, environment) == "http://p:1");
  }
  CHECK(proxy_of("http://h/", {"http_proxy=http://p:1", "NO_PROXY=*"}).empty());
}

}  // namespace
}  // namespace net
