#include "proxy/http/forwarding.h"

#include <catch2/catch.hpp>
#include <string>

namespace proxy::http {
namespace {

TEST_CASE("what proxies, load balancers, tunnels and content networks add is known", "[http]") {
  for (const std::string name : {"Via",
                                 "Forwarded",
                                 "Forwarded-For",
                                 "X-Forwarded-For",
                                 "X-Forwarded-Host",
                                 "X-Forwarded-Proto",
                                 "X-Forwarded-Prefix",
                                 "X-Forwarded",
                                 "X-Forward-For",
                                 "X-Real-IP",
                                 "Client-IP",
                                 "X-Client-IP",
                                 "True-Client-IP",
                                 "X-Cluster-Client-IP",
                                 "X-ProxyUser-Ip",
                                 "X-Remote-Addr",
                                 "X-Originating-IP",
                                 "X-Original-Forwarded-For",
                                 "X-Original-Host",
                                 "X-Original-URL",
                                 "X-Rewrite-URL",
                                 "CF-Connecting-IP",
                                 "CF-Ray",
                                 "CDN-Loop",
                                 "Fastly-Client-IP",
                                 "Fly-Client-IP",
                                 "X-Envoy-External-Address",
                                 "X-Envoy-Attempt-Count",
                                 "X-Azure-ClientIP",
                                 "X-AppGW-Trace-Id",
                                 "X-ARR-SSL",
                                 "X-Amzn-Trace-Id",
                                 "X-Amz-Cf-Id",
                                 "CloudFront-Viewer-Address",
                                 "X-Appengine-User-IP",
                                 "Akamai-Origin-Hop",
                                 "Incap-Client-IP",
                                 "X-Sucuri-ClientIP",
                                 "WL-Proxy-Client-IP",
                                 "Proxy-Client-IP",
                                 "X-Vercel-Forwarded-For",
                                 "X-NF-Client-Connection-IP",
                                 "Tailscale-User-Login",
                                 "X-Varnish",
                                 "Client-Cert",
                                 "Early-Data",
                                 "Ali-CDN-Real-IP",
                                 "EO-Connecting-IP",
                                 "l5d-client-id",
                                 "Max-Forwards",
                                 "Remote-User",
                                 "X-Auth-Request-Email"}) {
    INFO(name);
    CHECK(is_added_by_proxies(name));
    std::string shouted = name;
    for (char& c : shouted) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    CHECK(is_added_by_proxies(shouted));
  }
}

TEST_CASE("what clients send of their own accord is no sign of a proxy", "[http]") {
  for (const char* name : {"Host",
                           "Accept",
                           "Accept-Encoding",
                           "Accept-Language",
                           "User-Agent",
                           "Content-Length",
                           "Content-Type",
                           "Connection",
                           "Cache-Control",
                           "Origin",
                           "Referer",
                           "Sec-Fetch-Mode",
                           "Authorization",
                           "X-API-Key",
                           "Mcp-Session-Id",
                           "Mcp-Protocol-Version",
                           "X-Request-Id",
                           "X-Requested-With",
                           "X-Client-Version",
                           "Traceparent",
                           "Tracestate",
                           "Baggage",
                           "Last-Event-ID",
                           "Cookie",
                           "If-Match",
                           "Transfer-Encoding",
                           "Expect",
                           "Pragma",
                           "Vi",
                           "Viaduct",
                           "Client",
                           "X-Real",
                           ""}) {
    INFO(name);
    CHECK(!is_added_by_proxies(name));
  }
}

}  // namespace
}  // namespace proxy::http
