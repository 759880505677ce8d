#include "proxy/security/trust.h"

#include <fmt/format.h>

#include <algorithm>

namespace proxy::security {
namespace {

// Of a header that somebody else wrote: only printable ASCII, and not too much of it.
std::string shown(std::string_view value) {
  constexpr std::size_t kBytesMax = 100;
  std::string text(value.substr(0, kBytesMax));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

std::string_view to_string(Principal principal) {
  switch (principal) {
    case Principal::local:
      return "local";
    case Principal::key_holder:
      return "key";
  }
  return "unknown";
}

bool needs_key(Area area, const TrustSettings& settings, const RequestFacts& facts) {
  const bool strict =
      settings.reachable_beyond_loopback || facts.forwarded || !facts.peer_on_this_machine;
  switch (area) {
    case Area::open:
      return false;
    case Area::mcp:
      return strict || settings.require_mcp_auth;
    case Area::metrics:
      return strict;
    case Area::api:
      break;
  }
  return true;
}

Verdict judge(Area area, const http::Request& request, const HostOriginPolicy& policy,
              const TrustSettings& settings, const ApiKey& key) {
  using http::Header;
  const std::string_view host = request.header(Header::host);
  // HTTP/1.0 may come without Host; no browser sends that.
  if (request.has(Header::host) && !policy.host_allowed(host)) {
    return {.status = http::Status::forbidden,
            .message = fmt::format("The host \"{}\" of the request is not trusted.", shown(host)),
            .remedy = "Use 127.0.0.1 or localhost, or add the host to trusted_hosts."};
  }
  if (request.has(Header::origin) && !policy.origin_allowed(request.header(Header::origin), host)) {
    const std::string origin = shown(request.header(Header::origin));
    return {.status = http::Status::forbidden,
            .message = fmt::format("The origin \"{}\" of the request is not trusted.", origin),
            .remedy = "Add the origin to trusted_origins if that page may use this server."};
  }
  const std::string_view offered = offered_key(request);
  const RequestFacts facts{.peer_on_this_machine = request.peer().loopback,
                           .forwarded = request.was_forwarded(),
                           .key_matches = !offered.empty() && key.matches(offered)};
  if (facts.key_matches) return {.allowed = true, .principal = Principal::key_holder};
  if (!needs_key(area, settings, facts)) return {.allowed = true, .principal = Principal::local};
  return {.status = http::Status::unauthorized,
          .message = offered.empty() ? "This request needs the API key."
                                     : "The API key is not the right one.",
          .remedy = "Send the key of data_dir/api_key as X-API-Key or Authorization: Bearer."};
}

}  // namespace proxy::security
