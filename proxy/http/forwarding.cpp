#include "proxy/http/forwarding.h"

#include <algorithm>
#include <array>

#include "proxy/http/message.h"

namespace proxy::http {
namespace {

// In lower case; "x-real-*" stands for every name that begins so. Names that clients send of their
// own accord (X-Request-Id, Traceparent, X-Client-Version) are none.
constexpr std::array<std::string_view, 68> kNames{
    // the standard, and what it is misspelt as
    "via",
    "x-via",
    "forward*",
    "x-forward*",
    "max-forwards",
    "proxy-*",
    "x-proxy*",
    "early-data",
    "cdn-*",
    "surrogate-capability",
    // the caller's address, whoever adds it: nginx, Apache, Rackspace, F5, Citrix, Zeus, IIS
    "x-real-*",
    "client-ip",
    "x-client-ip",
    "x-clientip",
    "x-client-port",
    "true-client-*",
    "x-true-client-*",
    "cluster-client-ip",
    "x-cluster-client-*",
    "x-remote-*",
    "remote-*",
    "x-originating-*",
    "x-source-ip",
    "x-peer-ip",
    // the request as it was: IIS, Envoy, ingress controllers
    "x-original-*",
    "x-rewrite-url",
    "x-scheme",
    "x-url-scheme",
    "front-end-https",
    "x-request-start",
    "x-queue-start",
    // ends of TLS
    "client-cert*",
    "x-client-cert*",
    "x-ssl-*",
    "x-tls-*",
    "ssl-client-*",
    // software: Envoy and Istio, Linkerd, Kong, Traefik, nginx, HAProxy, Varnish, WebLogic,
    // oauth2-proxy
    "x-envoy-*",
    "l5d-*",
    "x-kong-*",
    "x-traefik-*",
    "x-nginx-*",
    "x-haproxy-*",
    "x-varnish*",
    "wl-proxy-*",
    "x-auth-request-*",
    "tailscale-*",
    "ngrok-*",
    // networks: Cloudflare, Fastly, Fly, Akamai, Azure, AWS, Google, Imperva, Sucuri, Vercel,
    // Netlify,
    // Alibaba, Tencent, Railway
    "cf-*",
    "fastly-*",
    "fly-*",
    "akamai-*",
    "x-akamai-*",
    "x-azure-*",
    "x-appgw-*",
    "x-arr-*",
    "x-waws-*",
    "disguised-host",
    "cloudfront-*",
    "x-amz-cf-*",
    "x-amzn-*",
    "x-appengine-*",
    "x-google-*",
    "incap-*",
    "x-sucuri-*",
    "x-vercel-*",
    "x-nf-*",
    "ali-*",
    "eo-*",
};

bool fits(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return equals_ignoring_case(pattern, name);
  pattern.remove_suffix(1);
  return name.size() >= pattern.size() &&
         equals_ignoring_case(pattern, name.substr(0, pattern.size()));
}

}  // namespace

bool is_added_by_proxies(std::string_view name) {
  if (name.empty()) return false;
  // Most headers of most requests end here.
  const char first = static_cast<char>(name.front() | 0x20);
  return std::ranges::any_of(kNames, [&](std::string_view pattern) {
    return pattern.front() == first && fits(pattern, name);
  });
}

}  // namespace proxy::http
