// Who may do what without a key: one pure decision for every request. Values.
//
//   area     | key needed
//   ---------|-------------------------------------------------------------
//   open     | never (/healthz, /readyz, and paths that serve nothing)
//   mcp      | when strict, when the peer is a stranger, or require_mcp_auth is set
//   metrics  | when strict, or when the peer is a stranger
//   api      | always (/api/v1, /events)
//
// strict: we listen or trust beyond loopback, the peer is not on this machine, or a proxy forwarded
// the request (then the peer is the proxy, and nothing is known of the caller).
// stranger: another user of this machine than the daemon's, or one of whom nothing is known, unless
// `local_users` lets them all in.
//
// Over the unix socket the daemon's own user counts as a holder of the key, which lies beside it.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/http/message.h"
#include "proxy/http/request.h"
#include "proxy/security/api_key.h"
#include "proxy/security/host_origin.h"

namespace proxy::security {

enum class Area : std::uint8_t { open, mcp, metrics, api };

// On whose behalf a request acts; part of session tokens, so the numbers stay.
enum class Principal : std::uint8_t {
  local = 1,       // someone on this machine, without a key
  key_holder = 2,  // showed the key
};
std::string_view to_string(Principal principal);

struct TrustSettings {
  bool reachable_beyond_loopback = false;  // HostOriginPolicy says
  bool require_mcp_auth = false;
  bool all_local_users = false;             // local_users
  uid_t own_user = static_cast<uid_t>(-1);  // the daemon's; nobody, as long as it is not said
};

struct RequestFacts {
  bool peer_on_this_machine = false;
  bool peer_is_own_user = false;
  bool forwarded = false;
};

bool needs_key(Area area, const TrustSettings& settings, const RequestFacts& facts);

// What to answer, when not the request's own answer. Value.
struct Verdict {
  bool allowed = false;
  Principal principal = Principal::local;         // when allowed
  http::Status status = http::Status::forbidden;  // when not
  std::string message{};                          // when not: one sentence
  std::string remedy{};
};

// Host, then Origin, then key, then user: who shows the key is not looked up.
Verdict judge(Area area, const http::Request& request, const HostOriginPolicy& policy,
              const TrustSettings& settings, const ApiKey& key);

}  // namespace proxy::security
