#include "net/url.h"

#include <catch2/catch.hpp>

namespace net {
namespace {

Url url(std::string_view text) {
  const auto parsed = parse_url(text);
  REQUIRE(parsed.ok());
  return *parsed;
}

TEST_CASE("a url is split into what a connection and a request line need", "[http]") {
  CHECK(url("http://Example.COM") == Url{false, "example.com", 80, "/", ""});
  CHECK(url("https://h:8443/mcp?key=1#part") == Url{true, "h", 8443, "/mcp?key=1", ""});
  CHECK(url("https://[::1]/x") == Url{true, "::1", 443, "/x", ""});
  CHECK(url("http://u:p%40@h:81?q") == Url{false, "h", 81, "/?q", "u:p%40"});
  CHECK(origin_text(url("https://[::1]:444/x")) == "https://[::1]:444");
  CHECK(origin_text(url("http://h:80/x")) == "http://h");
}

TEST_CASE("what is no http url is refused with a remedy", "[http]") {
  for (const std::string_view text :
       {"", "h/mcp", "ftp://h/", "http://", "http:///x", "http://h:0/", "http://h:99999/",
        "http://h:x/", "http://[::1/", "http://[::1]x/", "http://h/a b", "http://h/\r\nX: y"}) {
    INFO(text);
    const auto parsed = parse_url(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == base::ErrorCode::config_invalid);
    CHECK_FALSE(parsed.error().remedy.empty());
  }
  CHECK_FALSE(parse_url("http://h/" + std::string(kUrlBytesMax, 'a')).ok());
}

TEST_CASE("references are resolved against the page they stand on", "[http]") {
  const Url base = url("https://h:8443/a/b/sse?x=1");
  const auto target = [&](std::string_view reference) {
    const auto resolved = resolve_url(base, reference);
    return resolved && same_origin(*resolved, base) ? resolved->target : "elsewhere";
  };
  CHECK(target("/messages?sessionId=7") == "/messages?sessionId=7");
  CHECK(target("messages?s=a/b") == "/a/b/messages?s=a/b");
  CHECK(target("../up") == "/a/up");
  CHECK(target("../../../up/.") == "/up/");
  CHECK(target("?y=2") == "/a/b/sse?y=2");
  CHECK(target("#part") == "/a/b/sse?x=1");
  CHECK(target("https://H:8443/m") == "/m");
  CHECK(target("//h:8443/m") == "/m");
  CHECK(target("http://h:8443/m") == "elsewhere");
  CHECK(target("https://h/m") == "elsewhere");
  CHECK(target("//other/m") == "elsewhere");
  CHECK_FALSE(resolve_url(base, "ftp://h/m"));
  CHECK_FALSE(resolve_url(base, "/a b"));
}

}  // namespace
}  // namespace net
