#include "net/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace net {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

// The url itself is not told: it may hold a password.
base::Error bad_url(std::string_view why) {
  return {base::ErrorCode::config_invalid, fmt::format("the url {}", why),
          "Write an absolute address such as https://host:port/mcp"};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7F'; });
}

// Splits "user:password@[::1]:8080" into its parts. False: it is none.
bool read_authority(std::string_view authority, Url& url) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.user_info = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = lowered(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
    if (!port.empty() && port.front() != ':') return false;
  } else {
    const std::size_t colon = authority.find(':');
    url.host = lowered(authority.substr(0, colon));
    port = colon == std::string_view::npos ? "" : authority.substr(colon);
  }
  url.port = url.tls ? kHttpsPort : kHttpPort;
  if (port.size() > 1) {
    port.remove_prefix(1);
    const char* end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data(), end, url.port);
    if (error != std::errc() || stop != end || url.port == 0) return false;
  }
  return !url.host.empty();
}

std::string without_fragment(std::string_view target) {
  return std::string(target.substr(0, target.find('#')));
}

// RFC 3986, 5.2.4: "." and ".." vanish.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_in_directory = false;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    ends_in_directory = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!ends_in_directory) kept.push_back(segment);
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (ends_in_directory || out.empty()) out += '/';
  return out;
}

}  // namespace

base::Result<Url> parse_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return bad_url("is too long");
  if (!is_clean(text)) return bad_url("holds blanks or control characters");
  Url url;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return bad_url("has no scheme");
  const std::string scheme = lowered(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return bad_url("is neither http nor https");
  url.tls = scheme == "https";
  const std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t authority_end = rest.find_first_of("/?#");
  if (!read_authority(rest.substr(0, authority_end), url)) {
    return bad_url("names no host, or a port that is none");
  }
  std::string target =
      authority_end == std::string_view::npos ? "" : without_fragment(rest.substr(authority_end));
  if (!target.starts_with('/')) target.insert(target.begin(), '/');
  url.target = std::move(target);
  return url;
}

std::optional<Url> resolve_url(const Url& base, std::string_view reference) {
  if (reference.size() > kUrlBytesMax || !is_clean(reference)) return std::nullopt;
  const std::size_t scheme_end = reference.find("://");
  if (scheme_end != std::string_view::npos && scheme_end < reference.find_first_of("/?#")) {
    auto absolute = parse_url(reference);
    return absolute ? std::optional(std::move(absolute).value()) : std::nullopt;
  }
  if (reference.starts_with("//")) {
    return resolve_url(base, (base.tls ? "https:" : "http:") + std::string(reference));
  }
  Url url = base;
  const std::string target = without_fragment(reference);
  if (target.empty()) return url;
  const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
  if (target.starts_with('?')) {
    url.target = std::string(base_path) + target;
    return url;
  }
  const std::size_t query = target.find('?');
  std::string path = target.substr(0, query);
  if (!path.starts_with('/')) {
    path.insert(0, base_path.substr(0, base_path.rfind('/') + 1));
  }
  url.target = without_dots(path);
  if (query != std::string::npos) url.target += target.substr(query);
  return url;
}

bool same_origin(const Url& a, const Url& b) {
  return a.tls == b.tls && a.host == b.host && a.port == b.port;
}

std::string origin_text(const Url& url) {
  const bool ipv6 = url.host.find(':') != std::string::npos;
  std::string out = fmt::format("{}://{}{}{}", url.tls ? "https" : "http", ipv6 ? "[" : "",
                                url.host, ipv6 ? "]" : "");
  if (url.port != (url.tls ? kHttpsPort : kHttpPort)) out += fmt::format(":{}", url.port);
  return out;
}

}  // namespace net
