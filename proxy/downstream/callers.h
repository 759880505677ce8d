// The sessions that upstreams may ask something, by the number that goes with their calls.
// Resource.
//
// Ownership: the daemon's; outlives the sessions, which take themselves out as they go.
// Threads:   the loop thread.
#pragma once
#include <functional>
#include <unordered_map>

#include "proxy/downstream/session.h"
#include "upstream/session/call.h"

namespace proxy::downstream {

class Callers {
 public:
  using OnGone = std::function<void(upstream::CallerKey)>;

  Callers() = default;
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // The session's number, given at its first call and never to another.
  upstream::CallerKey key_of(Session& session);
  // Null for one that is gone.
  Session* find(upstream::CallerKey key) const;
  void forget(const Session& session);
  // Told of each that is gone.
  void on_gone(OnGone listener) { listener_ = std::move(listener); }

 private:
  std::unordered_map<upstream::CallerKey, Session*> sessions_;
  upstream::CallerKey last_ = upstream::kNobody;
  OnGone listener_;
};

}  // namespace proxy::downstream
