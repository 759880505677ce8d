#include "proxy/security/session_token.h"

#include <array>
#include <concepts>

#include "proxy/security/secret_file.h"

namespace proxy::security {
namespace {

constexpr std::string_view kPurpose = "mcp-session/2";
constexpr base::Milliseconds kClockSkewMax = std::chrono::minutes(1);

// Layout: principal 1, revision 1, capabilities 4, nonce 8, surface 8, issued 8 (ms since
// 1970); big-endian.
constexpr std::size_t kPayloadBytes = 30;
using Payload = std::array<unsigned char, kPayloadBytes>;

template <std::unsigned_integral Number>
void put(unsigned char*& at, Number number) {
  for (int shift = (static_cast<int>(sizeof number) - 1) * 8; shift >= 0; shift -= 8) {
    *at++ = static_cast<unsigned char>(number >> shift & 0xff);
  }
}

template <std::unsigned_integral Number>
Number take(const unsigned char*& at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) number = number << 8 | *at++;
  return static_cast<Number>(number);
}

}  // namespace

std::string seal_session(Sealer& sealer, const SessionFacts& facts) {
  Payload payload;
  unsigned char* at = payload.data();
  put(at, static_cast<std::uint8_t>(facts.principal));
  put(at, facts.revision);
  put(at, facts.client_capabilities);
  put(at, facts.nonce);
  put(at, facts.surface);
  put(at, static_cast<std::uint64_t>(facts.issued.time_since_epoch().count()));
  return sealer.seal(kPurpose, payload);
}

std::variant<SessionFacts, TokenFault> open_session(Sealer& sealer, std::string_view token,
                                                    base::WallTime now,
                                                    std::chrono::seconds lifetime) {
  Payload payload;
  const auto size = sealer.open(kPurpose, token, payload);
  if (size != kPayloadBytes) return TokenFault::not_ours;
  const unsigned char* at = payload.data();
  SessionFacts facts;
  facts.principal = static_cast<Principal>(take<std::uint8_t>(at));
  facts.revision = take<std::uint8_t>(at);
  facts.client_capabilities = take<std::uint32_t>(at);
  facts.nonce = take<std::uint64_t>(at);
  facts.surface = take<std::uint64_t>(at);
  facts.issued =
      base::WallTime(base::Milliseconds(static_cast<std::int64_t>(take<std::uint64_t>(at))));
  if (facts.issued > now + kClockSkewMax || facts.issued + lifetime < now) {
    return TokenFault::expired;
  }
  return facts;
}

std::uint64_t new_session_nonce() {
  std::array<unsigned char, sizeof(std::uint64_t)> bytes;
  fill_random(bytes);
  const unsigned char* at = bytes.data();
  return take<std::uint64_t>(at);
}

}  // namespace proxy::security
