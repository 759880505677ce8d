#include "proxy/downstream/sealed_sessions.h"

#include "proxy/security/session_token.h"

namespace proxy::downstream {
namespace {

// The bits stand in tokens that outlive this program: never reuse one.
struct AbilityBit {
  std::uint32_t bit;
  bool protocol::ClientAbilities::*member;
};
constexpr std::array kAbilityBits{
    AbilityBit{1U << 0, &protocol::ClientAbilities::roots},
    AbilityBit{1U << 1, &protocol::ClientAbilities::roots_list_changed},
    AbilityBit{1U << 2, &protocol::ClientAbilities::sampling},
    AbilityBit{1U << 3, &protocol::ClientAbilities::sampling_tools},
    AbilityBit{1U << 4, &protocol::ClientAbilities::elicitation},
    AbilityBit{1U << 5, &protocol::ClientAbilities::elicitation_url},
    AbilityBit{1U << 6, &protocol::ClientAbilities::tasks},
};

}  // namespace

std::string SealedSessions::seal(const SessionFacts& facts) {
  security::SessionFacts sealed;
  sealed.principal = facts.principal;
  sealed.revision = static_cast<std::uint8_t>(facts.revision);
  for (const AbilityBit& ability : kAbilityBits) {
    if (facts.abilities.*ability.member) sealed.client_capabilities |= ability.bit;
  }
  sealed.nonce = security::new_session_nonce();
  sealed.surface = facts.surface;
  sealed.issued = facts.issued;
  return security::seal_session(sealer_, sealed);
}

std::optional<SessionFacts> SealedSessions::open(std::string_view id) {
  const auto opened = security::open_session(sealer_, id, clock_.wall_now(), kLifetime);
  const auto* sealed = std::get_if<security::SessionFacts>(&opened);
  if (sealed == nullptr || sealed->revision > static_cast<std::uint8_t>(protocol::kNewestLegacy)) {
    return std::nullopt;
  }
  SessionFacts facts;
  facts.principal = sealed->principal;
  facts.revision = static_cast<protocol::Revision>(sealed->revision);
  for (const AbilityBit& ability : kAbilityBits) {
    facts.abilities.*ability.member = (sealed->client_capabilities & ability.bit) != 0;
  }
  facts.surface = sealed->surface;
  facts.issued = sealed->issued;
  return facts;
}

}  // namespace proxy::downstream
