#include "proxy/downstream/sealed_sessions.h"

#include <catch2/catch.hpp>

namespace proxy::downstream {
namespace {

security::Sealer::Key key_of(unsigned char fill) {
  security::Sealer::Key key;
  key.fill(fill);
  return key;
}

TEST_CASE("all that initialize fixed comes back from the sealed id", "[downstream]") {
  base::SimClock clock;
  security::Sealer sealer(key_of(7));
  SealedSessions sessions(sealer, clock);
  SessionFacts facts;
  facts.principal = security::Principal::key_holder;
  facts.revision = protocol::Revision::v2025_03_26;
  facts.surface = 0xfedcba9876543210;
  facts.abilities.roots = true;
  facts.abilities.elicitation_url = true;
  facts.abilities.tasks = true;
  facts.issued = clock.wall_now();
  const auto opened = sessions.open(sessions.seal(facts));
  REQUIRE(opened);
  CHECK(*opened == facts);
}

TEST_CASE("an id is refused when it was changed, sealed elsewhere, or is too old", "[downstream]") {
  base::SimClock clock;
  security::Sealer sealer(key_of(7));
  security::Sealer foreign(key_of(8));
  SealedSessions sessions(sealer, clock);
  SessionFacts facts;
  facts.issued = clock.wall_now();
  std::string id = sessions.seal(facts);
  CHECK(!SealedSessions(foreign, clock).open(id));
  CHECK(sessions.open(id));
  clock.advance(SealedSessions::kLifetime + std::chrono::minutes(1));
  CHECK(!sessions.open(id));
  id[10] = id[10] == 'A' ? 'B' : 'A';
  CHECK(!sessions.open(id));
  CHECK(!sessions.open(""));
}

TEST_CASE("two sessions with the same facts have different ids", "[downstream]") {
  base::SimClock clock;
  security::Sealer sealer(key_of(7));
  SealedSessions sessions(sealer, clock);
  CHECK(sessions.seal({}) != sessions.seal({}));
}

}  // namespace
}  // namespace proxy::downstream
