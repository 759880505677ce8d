// Session ids that hold their session: facts sealed under the key in the data directory. Resource.
//
// Threads: the loop thread. Cost: about a microsecond each way.
#pragma once
#include <chrono>

#include "base/clock.h"
#include "proxy/downstream/session_table.h"
#include "proxy/security/sealed_token.h"

namespace proxy::downstream {

class SealedSessions final : public SessionSeal {
 public:
  static constexpr std::chrono::hours kLifetime{24 * 7};

  // Both outlive it.
  SealedSessions(security::Sealer& sealer, const base::Clock& clock)
      : sealer_(sealer), clock_(clock) {}
  std::string seal(const SessionFacts& facts) override;
  std::optional<SessionFacts> open(std::string_view id) override;

 private:
  security::Sealer& sealer_;
  const base::Clock& clock_;
};

}  // namespace proxy::downstream
