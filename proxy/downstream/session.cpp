#include "proxy/downstream/session.h"

#include "base/digest.h"
#include "proxy/downstream/callers.h"
#include "proxy/downstream/server_requests.h"
#include "proxy/downstream/subscriptions.h"

namespace proxy::downstream {

Session::~Session() {
  if (asking != nullptr) asking->forget(*this);
  if (subscriptions != nullptr) subscriptions->forget(*this);
  if (callers != nullptr) callers->forget(*this);
}

std::string caller_of(const Session& session) {
  return fmt::format("{}/{:016x}", to_string(session.facts.principal), base::digest64(session.id));
}

void Session::attach(NoticeChannel& channel) {
  notices = &channel;
  if (subscriptions != nullptr) subscriptions->tell_missed(*this);
}

}  // namespace proxy::downstream
