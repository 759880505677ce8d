// What the fleet tells the rest of the daemon, and what it asks of it. Seams: the proxy implements
// the observer, the simulation too.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "upstream/fleet/upstream_spec.h"
#include "upstream/session/call.h"
#include "upstream/session/listing.h"
#include "upstream/transport/transport.h"

namespace upstream {

// A request of an upstream that waits for an answer of ours.
struct ServerRequestRef {
  UpstreamId upstream = 0;
  std::uint64_t session = 0;  // which connection of it asked; an answer to a lost one is dropped
  std::string_view raw_id;    // empty: all requests of that connection
  UpstreamId instance = 0;    // which one for a single client; 0: the one that all share
};

// Where a notification comes from, and for whom it can be.
struct NoticeSource {
  UpstreamId upstream = 0;
  CallerKey meant = kNobody;  // the only client it can be for; kNobody when there is no such
  bool own_instance = false;  // of the process of that client alone, not of the shared one
};

// Threads: the loop thread. Where it is not said otherwise, what happened is told at the end of the
//          turn, in its order, never inside a call of the fleet's.
class FleetObserver {
 public:
  virtual ~FleetObserver() = default;

  virtual void on_state_changed(UpstreamId id, State from, State to, std::string_view reason) = 0;
  virtual void on_listing(UpstreamId id, Listing listing) = 0;
  // A ready server had forgotten its session and has another: what was asked of it outside of calls
  // (subscriptions, the log level) is to be asked again.
  virtual void on_session_renewed(UpstreamId /*id*/) {}
  // An observation to be written behind.
  virtual void on_memory_changed(UpstreamId id, const UpstreamMemory& memory) = 0;
  virtual void on_cascade_guard(bool tripped, std::uint32_t failed, std::uint32_t attempted) = 0;

  // The machine was suspended for that long; every server is probed or tried again.
  virtual void on_machine_woke(base::Duration /*slept*/) {}

  // A command: make it durable, then call `done` once on the loop, while the fleet lives. Only
  // after an ok does the state become auto_disabled; after an error it is asked again at the next
  // failure.
  using CommitDone = std::function<void(base::Result<void>)>;
  virtual void commit_auto_disable(UpstreamId id, std::string reason, CommitDone done) = 0;

  // At once: notifications but progress, cancelled and list_changed, which are handled here. Views
  // are valid during the call; `params` is raw JSON or empty.
  virtual void on_notification(const NoticeSource& source, std::string_view method,
                               std::string_view params) = 0;
  // At once. `caller` is who is to be asked: kNobody for methods that are no question to a client.
  // False: refused with -32601 at once. True: the observer answers with Fleet::answer(), maybe
  // inside.
  virtual bool on_server_request(const ServerRequestRef& request, CallerKey caller,
                                 std::string_view method, std::string_view params) = 0;
  // No answer is wanted any more: the upstream says so (at once), or the connection is gone.
  virtual void on_server_request_over(const ServerRequestRef& request) = 0;
  // What that client can be asked; declared to an instance of its own.
  virtual protocol::ClientAbilities abilities_of(CallerKey /*caller*/) {
    return kAbilitiesOfAnyClient;
  }
};

// Makes the connection of a spec; nothing is started yet.
class TransportFactory {
 public:
  virtual ~TransportFactory() = default;
  virtual std::unique_ptr<Transport> create(UpstreamId id, const UpstreamSpec& spec) = 0;
};

// What can be known to fail before a slot is taken: command not in PATH, working_dir missing.
class Preflight {
 public:
  virtual ~Preflight() = default;
  // Nothing when the server can be tried, else the plain reason and remedy. Must be quick: it is
  // asked on the loop before each start.
  virtual std::optional<base::Error> check(const UpstreamSpec& spec) = 0;
};

}  // namespace upstream
