#include "proxy/security/host_origin.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "proxy/http/message.h"

namespace proxy::security {
namespace {

using http::equals_ignoring_case;

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

bool is_v6_literal(std::string_view host) {
  if (host.size() < 4 || host.front() != '[' || host.back() != ']') return false;
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &address) == 1;
}

bool is_address_literal(std::string_view host) {
  if (host.starts_with('[')) return is_v6_literal(host);
  in_addr address{};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

std::uint16_t default_port(std::string_view scheme) {
  if (equals_ignoring_case(scheme, "http")) return kHttpPort;
  return equals_ignoring_case(scheme, "https") ? kHttpsPort : 0;
}

// A trusted entry without a port stands for all ports.
bool matches_entry(const std::string& entry, const HostPort& host) {
  const auto wanted = parse_host(entry);
  return wanted && equals_ignoring_case(wanted->host, host.host) &&
         (!wanted->port || wanted->port == host.port);
}

bool same_origin(const OriginParts& a, const OriginParts& b) {
  return equals_ignoring_case(a.scheme, b.scheme) && equals_ignoring_case(a.at.host, b.at.host) &&
         a.at.port == b.at.port;
}

std::string bracketed(const std::string& host) {
  const bool bare_v6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return bare_v6 ? "[" + host + "]" : host;
}

base::Error bad_entry(const char* field, const std::string& entry, const char* example) {
  return {base::ErrorCode::invalid_argument,
          std::string("The entry \"") + entry + "\" of " + field + " is not understood.",
          std::string("Write it like ") + example + "."};
}

}  // namespace

std::optional<HostPort> parse_host(std::string_view text) {
  HostPort result;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    result.host = text.substr(0, end + 1);
    rest = text.substr(end + 1);
    if (!is_v6_literal(result.host)) return std::nullopt;
  } else {
    const std::size_t colon = text.find(':');
    result.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (result.host.empty() || !std::ranges::all_of(result.host, is_name_character)) {
      return std::nullopt;
    }
  }
  if (rest.empty()) return result;
  result.port = parse_port(rest.substr(1));
  if (rest.front() != ':' || !result.port) return std::nullopt;
  return result;
}

std::optional<OriginParts> parse_origin(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const auto at = parse_host(text.substr(end + 3));
  if (!at) return std::nullopt;
  OriginParts parts{text.substr(0, end), *at};
  const std::uint16_t usual = default_port(parts.scheme);
  if (!parts.at.port && usual != 0) parts.at.port = usual;
  return parts;
}

bool is_loopback_name(std::string_view host) {
  return equals_ignoring_case(host, "localhost") || host == "127.0.0.1" || host == "[::1]";
}

base::Result<HostOriginPolicy> HostOriginPolicy::make(const std::string& listen_host,
                                                      std::vector<std::string> trusted_hosts,
                                                      std::vector<std::string> trusted_origins) {
  HostOriginPolicy policy;
  policy.listen_host_ = bracketed(listen_host);
  policy.any_address_ = policy.listen_host_ == "0.0.0.0" || policy.listen_host_ == "[::]";
  const bool loopback_v4 =
      policy.listen_host_.starts_with("127.") && is_address_literal(policy.listen_host_);
  policy.beyond_loopback_ = !is_loopback_name(policy.listen_host_) && !loopback_v4;
  for (const std::string& entry : trusted_hosts) {
    const auto host = parse_host(entry);
    if (!host) return bad_entry("trusted_hosts", entry, "\"mcp.example.com\"");
    if (!is_loopback_name(host->host)) policy.beyond_loopback_ = true;
  }
  for (const std::string& entry : trusted_origins) {
    const auto origin = parse_origin(entry);
    if (!origin) return bad_entry("trusted_origins", entry, "\"https://app.example.com\"");
    if (!is_loopback_name(origin->at.host)) policy.beyond_loopback_ = true;
  }
  policy.hosts_ = std::move(trusted_hosts);
  policy.origins_ = std::move(trusted_origins);
  return policy;
}

bool HostOriginPolicy::host_allowed(std::string_view host) const {
  const auto parts = parse_host(host);
  if (!parts) return false;
  if (is_loopback_name(parts->host)) return true;
  if (is_address_literal(parts->host)) {
    if (any_address_ || parts->host == listen_host_) return true;
  } else if (equals_ignoring_case(parts->host, listen_host_)) {
    return true;
  }
  return std::ranges::any_of(
      hosts_, [&](const std::string& entry) { return matches_entry(entry, *parts); });
}

bool HostOriginPolicy::origin_allowed(std::string_view origin, std::string_view host) const {
  const auto parts = parse_origin(origin);
  if (!parts) return false;
  const bool is_web = default_port(parts->scheme) != 0;
  if (is_web && is_loopback_name(parts->at.host)) return true;
  const auto own = parse_host(host);
  if (is_web && own && equals_ignoring_case(own->host, parts->at.host) &&
      own->port.value_or(default_port(parts->scheme)) == parts->at.port) {
    return true;
  }
  return std::ranges::any_of(origins_, [&](const std::string& entry) {
    const auto trusted = parse_origin(entry);
    return trusted && same_origin(*trusted, *parts);
  });
}

}  // namespace proxy::security
