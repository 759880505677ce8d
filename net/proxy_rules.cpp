#include "net/proxy_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/environment.h"

namespace net {
namespace {

std::string_view either(const std::vector<std::string>& environment, std::string_view lower,
                        std::string_view upper) {
  const std::string_view value = base::find_variable(environment, lower);
  return value.empty() ? base::find_variable(environment, upper) : value;
}

// The bits of an address, 4 or 16 bytes; empty when the text is none.
std::vector<std::uint8_t> address_bytes(const std::string& text) {
  std::vector<std::uint8_t> bytes(16);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(4);
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
  return {};
}

bool in_network(const std::string& host, std::string_view network) {
  const std::size_t slash = network.find('/');
  const auto address = address_bytes(host);
  const auto base = address_bytes(std::string(network.substr(0, slash)));
  unsigned bits = 0;
  const char* end = network.data() + network.size();
  if (std::from_chars(network.data() + slash + 1, end, bits).ptr != end) return false;
  if (address.empty() || address.size() != base.size() || bits > address.size() * 8) return false;
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((address[bit / 8] ^ base[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
         in_network(host, "127.0.0.0/8");
}

}  // namespace

bool matches_no_proxy(std::string_view entry, const Url& site) {
  if (entry == "*") return true;
  if (entry.find('/') != std::string_view::npos) return in_network(site.host, entry);
  const bool is_ipv6 = std::count(entry.begin(), entry.end(), ':') > 1;
  if (const std::size_t colon = entry.rfind(':'); !is_ipv6 && colon != std::string_view::npos) {
    if (entry.substr(colon + 1) != std::to_string(site.port)) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || site.host.size() < entry.size()) return false;
  const std::string_view end = std::string_view(site.host).substr(site.host.size() - entry.size());
  const bool same = std::equal(end.begin(), end.end(), entry.begin(), [](char a, char b) {
    return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
  });
  return same && (site.host.size() == entry.size() ||
                  site.host[site.host.size() - entry.size() - 1] == '.');
}

std::optional<Url> proxy_for(const Url& site, const std::vector<std::string>& environment) {
  std::string_view proxy = site.tls ? either(environment, "https_proxy", "HTTPS_PROXY")
                                    : either(environment, "http_proxy", "HTTP_PROXY");
  if (proxy.empty()) proxy = either(environment, "all_proxy", "ALL_PROXY");
  if (proxy.empty() || is_loopback(site.host)) return std::nullopt;
  std::string_view exceptions = either(environment, "no_proxy", "NO_PROXY");
  while (!exceptions.empty()) {
    const std::size_t end = exceptions.find_first_of(", ");
    const std::string_view entry = exceptions.substr(0, end);
    if (!entry.empty() && matches_no_proxy(entry, site)) return std::nullopt;
    exceptions.remove_prefix(end == std::string_view::npos ? exceptions.size() : end + 1);
  }
  const bool has_scheme = proxy.find("://") != std::string_view::npos;
  const auto url = parse_url(has_scheme ? std::string(proxy) : "http://" + std::string(proxy));
  return url ? std::optional(*url) : std::nullopt;
}

}  // namespace net
