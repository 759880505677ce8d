#include "proxy/daemon/http_sites.h"

#include <algorithm>

#include "net/proxy_rules.h"

namespace proxy::daemon {
namespace {

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// Variables often end in a line break that nobody sees.
std::string_view trimmed(std::string_view value) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = value.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(kBlank) - first + 1);
}

bool is_line(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7F';
  });
}

}  // namespace

base::Result<upstream::HttpSite> http_site(const std::string& server,
                                           const upstream::HttpLaunch& launch,
                                           const std::vector<std::string>& environment) {
  auto url = net::parse_url(trimmed(launch.url));
  if (!url) return std::move(url).error();
  upstream::HttpSite site;
  site.server = server;
  site.url = std::move(url).value();
  for (const auto& [name, value] : launch.headers) {
    const std::string_view line = trimmed(value);
    if (!is_token(name) || !is_line(line)) {
      return base::Error{base::ErrorCode::config_invalid,
                         "the header '" + name + "' cannot be sent as it stands",
                         "Use letters, digits and dashes in its name, and one line as its value"};
    }
    site.headers.push_back({name, std::string(line)});
  }
  site.ca_file = launch.ca_file;
  site.proxy = net::proxy_for(site.url, environment);
  return site;
}

}  // namespace proxy::daemon
