#include "proxy/downstream/session_table.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"

namespace proxy::downstream {
namespace {

using security::Principal;

constexpr SurfaceKey kSurface = 7;

// Ids are "s<n>"; what was sealed opens again until it is told to forget.
class PlainSeal final : public SessionSeal {
 public:
  std::string seal(const SessionFacts& facts) override {
    sealed_.push_back(facts);
    return fmt::format("s{}", sealed_.size() - 1);
  }
  std::optional<SessionFacts> open(std::string_view id) override {
    for (std::size_t i = 0; i < sealed_.size(); ++i) {
      if (id == fmt::format("s{}", i)) return sealed_[i];
    }
    return std::nullopt;
  }

 private:
  std::vector<SessionFacts> sealed_;
};

SessionFacts facts_of(Principal principal) {
  SessionFacts facts;
  facts.principal = principal;
  facts.surface = kSurface;
  facts.revision = protocol::Revision::v2025_06_18;
  facts.abilities.sampling = true;
  return facts;
}

TEST_CASE("a session survives a restart: it is rebuilt from its id", "[downstream]") {
  base::SimRuntime sim;
  PlainSeal seal;
  std::string id;
  {
    SessionTable before(sim.runtime(), seal);
    id = before.begin(facts_of(Principal::local)).id;
  }
  SessionTable after(sim.runtime(), seal);
  const Session* session = after.find(id, Principal::local, kSurface);
  REQUIRE(session != nullptr);
  CHECK(session->facts.revision == protocol::Revision::v2025_06_18);
  CHECK(session->facts.abilities.sampling);
  sim.settle();
}

TEST_CASE("an ended session is gone for ever", "[downstream]") {
  base::SimRuntime sim;
  PlainSeal seal;
  SessionTable table(sim.runtime(), seal);
  const std::string id = table.begin(facts_of(Principal::local)).id;
  table.end(*table.find(id, Principal::local, kSurface));
  CHECK(table.find(id, Principal::local, kSurface) == nullptr);
  CHECK(table.size() == 0);
  sim.settle();
  CHECK(table.find(id, Principal::local, kSurface) == nullptr);
}

TEST_CASE("an ended session stays ended over a restart", "[downstream]") {
  base::SimRuntime sim;
  PlainSeal seal;
  std::vector<EndedSession> kept;
  std::string id;
  {
    SessionTable before(sim.runtime(), seal);
    before.on_ended([&](const EndedSession& ended) { kept.push_back(ended); });
    Session& session = before.begin(facts_of(Principal::local));
    id = session.id;
    before.end(session);
    sim.settle();
  }
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].issued == sim.clock().wall_now());
  SessionTable after(sim.runtime(), seal);
  after.restore_ended(kept[0].digest);
  CHECK(after.find(id, Principal::local, kSurface) == nullptr);
  CHECK(after.size() == 0);
}

TEST_CASE("a session of another principal or surface, and one that was never ours, are unknown",
          "[downstream]") {
  base::SimRuntime sim;
  PlainSeal seal;
  SessionTable table(sim.runtime(), seal);
  const std::string id = table.begin(facts_of(Principal::key_holder)).id;
  CHECK(table.find(id, Principal::local, kSurface) == nullptr);
  CHECK(table.find(id, Principal::key_holder, kSurface) != nullptr);
  CHECK(table.find(id, Principal::key_holder, kSurface + 1) == nullptr);
  CHECK(table.find("s17", Principal::key_holder, kSurface) == nullptr);
  CHECK(table.find("", Principal::key_holder, kSurface) == nullptr);
}

TEST_CASE("beyond its bound the table puts the longest unused sessions aside, and they come back",
          "[downstream]") {
  base::SimRuntime sim;
  PlainSeal seal;
  SessionTable table(sim.runtime(), seal);
  std::vector<std::string> ids;
  PendingCall* const busy_marker =
      reinterpret_cast<PendingCall*>(&table);  // only compared with null
  for (std::size_t i = 0; i < SessionTable::kSessionsMax; ++i) {
    Session& session = table.begin(facts_of(Principal::local));
    ids.push_back(session.id);
    if (i == 0) session.calls = busy_marker;
    sim.clock().advance(std::chrono::milliseconds(1));
  }
  table.begin(facts_of(Principal::local));
  CHECK(table.size() < SessionTable::kSessionsMax);
  sim.settle();
  const std::size_t kept = table.size();
  Session* busy = table.find(ids[0], Principal::local, kSurface);
  CHECK(table.size() == kept);  // it had a call, so it was never put aside
  busy->calls = nullptr;
  CHECK(table.find(ids[1], Principal::local, kSurface) != nullptr);
  CHECK(table.size() == kept + 1);  // it was, and is rebuilt
}

}  // namespace
}  // namespace proxy::downstream
