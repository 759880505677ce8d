// One client's session of a legacy revision: what initialize fixed, and what is open of it now.
// Resource.
//
// Ownership: the SessionTable's.
// Threads:   the loop thread.
// Cost:      under 1 KiB without a stream.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "protocol/handshake.h"
#include "protocol/log_level.h"
#include "protocol/revision.h"
#include "proxy/downstream/surface.h"
#include "proxy/security/trust.h"
#include "upstream/session/call.h"

namespace proxy::downstream {

class Callers;
class EventStream;
class NoticeChannel;
class PendingCall;
class ServerRequests;
class Subscriptions;

// What the sealed id carries, so that a restart of ours ends no session. Value.
struct SessionFacts {
  security::Principal principal = security::Principal::local;
  SurfaceKey surface = 0;  // the session belongs to it alone
  protocol::Revision revision = protocol::kNewestLegacy;
  protocol::ClientAbilities abilities;
  base::WallTime issued{};
  bool operator==(const SessionFacts&) const = default;
};

struct Session {
  Session() = default;
  ~Session();  // its subscriptions, and what it was asked, end with it
  // `channel` carries messages outside of requests from now on; first what was missed without one.
  void attach(NoticeChannel& channel);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::string id;  // the sealed token; what Mcp-Session-Id carries
  SessionFacts facts;
  base::TimePoint last_used{};
  std::uint32_t calls_in_flight = 0;
  PendingCall* calls = nullptr;            // the first of them
  EventStream* stream = nullptr;           // the GET stream, when one is open
  NoticeChannel* notices = nullptr;        // for messages outside of requests, when one is open
  Subscriptions* subscriptions = nullptr;  // what it has subscribed at; null: nothing
  std::uint32_t subscribed = 0;            // to so many resources, or about to be
  std::size_t subscribed_bytes = 0;        // what is kept for it of their URIs
  upstream::CallerKey caller = upstream::kNobody;  // given at its first call
  Callers* callers = nullptr;                      // who gave it
  ServerRequests* asking = nullptr;                // who waits for answers of it; null: nobody
  std::uint32_t questions = 0;                     // so many
  std::optional<protocol::LogLevel> log_level;     // the least it wants; none: all that comes
};

// Tells this session's client from every other, for what is kept on its behalf.
std::string caller_of(const Session& session);

}  // namespace proxy::downstream
