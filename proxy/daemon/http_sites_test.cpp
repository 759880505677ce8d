#include "proxy/daemon/http_sites.h"

#include <catch2/catch.hpp>

namespace proxy::daemon {
namespace {

using upstream::HttpLaunch;

TEST_CASE("a site is the url, the headers in one line each, and the proxy", "[daemon]") {
  const HttpLaunch launch{" https://h/mcp\n",
                          {{"Authorization", "Bearer x\n"}, {"X-Empty", ""}},
                          HttpLaunch::Dialect::streamable,
                          "/ca.pem",
                          {}};
  const auto site = http_site("a", launch, {"https_proxy=http://p:3128"});
  REQUIRE(site.ok());
  CHECK(site->server == "a");
  CHECK(site->url == *net::parse_url("https://h/mcp"));
  CHECK(site->headers ==
        std::vector<upstream::HttpHeader>{{"Authorization", "Bearer x"}, {"X-Empty", ""}});
  CHECK(site->ca_file == "/ca.pem");
  REQUIRE(site->proxy);
  CHECK(site->proxy->port == 3128);
}

TEST_CASE("what would break a request apart is refused, and no value is told", "[daemon]") {
  const auto refused = [](std::string url, std::string name, std::string value) {
    const auto site = http_site(
        "a",
        {std::move(url), {{std::move(name), std::move(value)}}, HttpLaunch::Dialect::sse, {}, {}},
        {});
    REQUIRE_FALSE(site.ok());
    CHECK(site.error().code == base::ErrorCode::config_invalid);
    CHECK(site.error().message.find("secret") == std::string::npos);
  };
  refused("http://h/", "X-A", "secret\r\nX-B: 1");
  refused("http://h/", "X-A", std::string("secret\0", 7));
  refused("http://h/", "X A", "secret");
  refused("http://h/", "", "secret");
  refused("h/mcp", "X-A", "v");
}

}  // namespace
}  // namespace proxy::daemon
