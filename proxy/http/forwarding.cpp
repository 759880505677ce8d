#include "proxy/http/forwarding.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

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
    // Netlify, Alibaba, Tencent, Railway
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

// The names of each first letter, side by side: nearly every header of a request is looked for
// here, and hardly one of them found.
struct Names {
  static constexpr std::size_t kLetters = 'z' - 'a' + 1;
  std::array<std::string_view, kNames.size()> sorted = kNames;
  std::array<std::uint8_t, kLetters + 1> begin{};

  constexpr Names() {
    std::ranges::sort(sorted);
    for (std::size_t letter = 0; letter <= kLetters; ++letter) {
      begin[letter] = static_cast<std::uint8_t>(std::ranges::count_if(sorted, [&](auto name) {
        return static_cast<std::size_t>(name.front() - 'a') < letter;
      }));
    }
  }
  // REQUIRES: letter < kLetters.
  std::span<const std::string_view> of(std::size_t letter) const {
    return std::span(sorted).subspan(begin[letter], begin[letter + 1] - begin[letter]);
  }
};
constexpr Names kByLetter;

bool fits(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return equals_ignoring_case(pattern, name);
  pattern.remove_suffix(1);
  return name.size() >= pattern.size() &&
         equals_ignoring_case(pattern, name.substr(0, pattern.size()));
}

}  // namespace

bool is_added_by_proxies(std::string_view name) {
  if (name.empty()) return false;
  const auto letter = static_cast<std::size_t>((name.front() | 0x20) - 'a');
  if (letter >= Names::kLetters) return false;
  return std::ranges::any_of(kByLetter.of(letter),
                             [&](std::string_view pattern) { return fits(pattern, name); });
}

}  // namespace proxy::http
