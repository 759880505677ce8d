#include "proxy/security/trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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

constexpr std::string_view kSendKey =
    "Send the key of data_dir/api_key as X-API-Key or Authorization: Bearer.";

Verdict needing_key(std::string message, std::string remedy) {
  return {.status = http::Status::unauthorized,
          .message = std::move(message),
          .remedy = std::move(remedy)};
}

// Whoever is refused for where they come from, or by a setting, learns which it was: the key is
// only one way to mend it.
std::string_view why_needed(Area area, const TrustSettings& settings, const RequestFacts& facts) {
  if (area == Area::api) return "This request needs the API key.";
  if (facts.forwarded) {
    return "This request came through a proxy (it has a header that proxies add), so it needs the "
           "API key.";
  }
  if (!facts.peer_on_this_machine) {
    return "This request comes from another machine, so it needs the API key.";
  }
  if (settings.reachable_beyond_loopback) {
    return "mcptrunk listens or trusts beyond loopback, so every request over TCP needs the API "
           "key.";
  }
  return "require_mcp_auth is set, so this request needs the API key.";
}

// Who would be served without a key, were it the right user.
Verdict refused_stranger(std::optional<uid_t> uid) {
  const std::string others =
      " Or let all users of this machine in: \"local_users\": \"all\" in the configuration.";
  if (uid) {
    return needing_key(
        fmt::format("This request comes from another user of this machine (uid {}), who needs the "
                    "API key.",
                    *uid),
        std::string(kSendKey) + others);
  }
  return needing_key(
      "It is not known which user of this machine sent this request, so it needs the API key.",
      std::string(kSendKey) + " See what mcptrunk doctor says of local users." + others);
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
  const bool stranger = !facts.peer_is_own_user && !settings.all_local_users;
  switch (area) {
    case Area::open:
      return false;
    case Area::mcp:
      return strict || stranger || settings.require_mcp_auth;
    case Area::metrics:
      return strict || stranger;
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
  if (!offered.empty() && key.matches(offered)) {
    return {.allowed = true, .principal = Principal::key_holder};
  }
  const http::Peer& peer = request.peer();
  const bool is_direct_visit = peer.via == http::Peer::Via::unix_socket && !request.was_forwarded();
  if (is_direct_visit && peer.uid() == settings.own_user) {
    return {.allowed = true, .principal = Principal::key_holder};
  }
  RequestFacts facts{.peer_on_this_machine = peer.loopback,
                     .peer_is_own_user = true,
                     .forwarded = request.was_forwarded()};
  if (needs_key(area, settings, facts)) {
    return needing_key(std::string(offered.empty() ? why_needed(area, settings, facts)
                                                   : "The API key is not the right one."),
                       std::string(kSendKey));
  }
  // Whose it is decides: only now the system is asked.
  facts.peer_is_own_user = false;
  if (!needs_key(area, settings, facts)) return {.allowed = true, .principal = Principal::local};
  const auto uid = peer.uid();
  if (uid == settings.own_user) return {.allowed = true, .principal = Principal::local};
  return refused_stranger(uid);
}

}  // namespace proxy::security
