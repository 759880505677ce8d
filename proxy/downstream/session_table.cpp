#include "proxy/downstream/session_table.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "base/digest.h"

namespace proxy::downstream {

Session& SessionTable::keep(std::string id, SessionFacts facts) {
  if (sessions_.size() >= kSessionsMax) put_aside_unused();
  auto session = std::make_unique<Session>();
  session->id = std::move(id);
  session->facts = std::move(facts);
  session->last_used = runtime_.now();
  Session& kept = *session;
  sessions_.emplace(kept.id, std::move(session));
  return kept;
}

Session& SessionTable::begin(SessionFacts facts) {
  facts.issued = runtime_.clock.wall_now();
  std::string id = seal_.seal(facts);
  return keep(std::move(id), std::move(facts));
}

Session* SessionTable::find(std::string_view id, security::Principal principal,
                            SurfaceKey surface) {
  const auto fits = [&](const SessionFacts& facts) {
    return facts.principal == principal && facts.surface == surface;
  };
  const auto found = sessions_.find(id);
  if (found != sessions_.end()) {
    Session& session = *found->second;
    if (!fits(session.facts)) return nullptr;
    session.last_used = runtime_.now();
    return &session;
  }
  if (ended_.contains(base::digest64(id))) return nullptr;
  auto facts = seal_.open(id);
  if (!facts || !fits(*facts)) return nullptr;
  return &keep(std::string(id), *std::move(facts));
}

void SessionTable::end(Session& session) {
  assert(session.calls == nullptr && session.stream == nullptr);
  if (ended_.size() >= kEndedMax)
    ended_.clear();  // ids expire anyway; better than growing for ever
  const EndedSession ended{base::digest64(session.id), session.facts.issued};
  ended_.insert(ended.digest);
  if (listener_) listener_(ended);
  const auto found = sessions_.find(session.id);
  runtime_.turn.retire(std::move(found->second));
  sessions_.erase(found);
}

// Half of them at once, so that the cost is spread over many new sessions.
void SessionTable::put_aside_unused() {
  std::vector<Session*> unused;
  for (const auto& [id, session] : sessions_) {
    if (session->calls == nullptr && session->stream == nullptr) unused.push_back(session.get());
  }
  std::sort(unused.begin(), unused.end(),
            [](const Session* a, const Session* b) { return a->last_used < b->last_used; });
  unused.resize((unused.size() + 1) / 2);
  for (const Session* session : unused) {
    const auto found = sessions_.find(session->id);
    runtime_.turn.retire(std::move(found->second));
    sessions_.erase(found);
  }
}

}  // namespace proxy::downstream
