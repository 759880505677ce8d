#include "proxy/downstream/callers.h"

namespace proxy::downstream {

upstream::CallerKey Callers::key_of(Session& session) {
  if (session.caller == upstream::kNobody) {
    session.caller = ++last_;
    session.callers = this;
    sessions_.emplace(session.caller, &session);
  }
  return session.caller;
}

Session* Callers::find(upstream::CallerKey key) const {
  const auto found = sessions_.find(key);
  return found == sessions_.end() ? nullptr : found->second;
}

void Callers::forget(const Session& session) {
  sessions_.erase(session.caller);
  if (listener_) listener_(session.caller);
}

}  // namespace proxy::downstream
