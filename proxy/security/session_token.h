// The Mcp-Session-Id of legacy revisions: all that is needed to rebuild a session after a restart,
// sealed. Values.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "proxy/security/sealed_token.h"
#include "proxy/security/trust.h"

namespace proxy::security {

struct SessionFacts {
  Principal principal = Principal::local;
  std::uint8_t revision = 0;  // the number that `protocol` gives the negotiated revision
  std::uint32_t client_capabilities = 0;  // bits, as the session's owner assigns them
  std::uint64_t nonce = 0;                // tells sessions apart; random
  std::uint64_t surface = 0;              // where the session was opened, as its owner numbers it
  base::WallTime issued{};                // to the millisecond
  bool operator==(const SessionFacts&) const = default;
};

enum class TokenFault : std::uint8_t {
  not_ours,  // never issued by this data directory, or changed
  expired,   // older than its lifetime, or from the future by more than a minute
};

// A token of about 80 characters of [A-Za-z0-9_-].
std::string seal_session(Sealer& sealer, const SessionFacts& facts);
std::variant<SessionFacts, TokenFault> open_session(Sealer& sealer, std::string_view token,
                                                    base::WallTime now,
                                                    std::chrono::seconds lifetime);

// A random nonce for a new session.
std::uint64_t new_session_nonce();

}  // namespace proxy::security
