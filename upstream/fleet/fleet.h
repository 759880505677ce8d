// All upstreams of the daemon: who runs, who waits, and every call to them. Resource.
//
// Ownership: the daemon owns it and shuts it down before it destroys it; observer, factory,
//            preflight and runtime outlive it.
// Threads:   the loop thread only.
// Limits:    connecting at most 4 x slots, calls as the specs say.
// Cost:      call() to a ready upstream: a table row, no allocation; find() one hash lookup.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "upstream/fleet/fleet_observer.h"
#include "upstream/fleet/upstream_spec.h"
#include "upstream/session/call.h"
#include "upstream/session/message_gate.h"

namespace upstream {

class Fleet;

struct FleetOptions {
  std::uint32_t slots = 10;  // expensive starts at a time
  base::Duration start_wait_max = std::chrono::seconds(25);
};

struct FleetParts {
  base::Runtime runtime;
  FleetObserver& observer;
  TransportFactory& transports;
  Preflight& preflight;
  Offload offload{};  // of long computations; empty: they are done on the loop
};

// Names one accepted call, for cancel(). Value.
struct CallHandle {
  UpstreamId upstream = 0;
  std::uint64_t serial = 0;
  bool operator==(const CallHandle&) const = default;
};

// Keeps an upstream from being stopped for idleness (subscription, listen stream, bound session);
// does not start it. Move-only; destroying it gives the lease back.
// REQUIRES: destroyed before the Fleet.
class UpstreamLease {
 public:
  UpstreamLease() = default;
  UpstreamLease(UpstreamLease&& other) noexcept { *this = std::move(other); }
  UpstreamLease& operator=(UpstreamLease&& other) noexcept;
  ~UpstreamLease() { release(); }
  void release();

 private:
  friend class Fleet;
  UpstreamLease(Fleet& fleet, UpstreamId id, std::uint64_t incarnation)
      : fleet_(&fleet), id_(id), incarnation_(incarnation) {}
  Fleet* fleet_ = nullptr;
  UpstreamId id_ = 0;
  std::uint64_t incarnation_ = 0;
};

struct UpstreamCounters {
  std::uint64_t starts = 0;
  std::uint64_t failures = 0;
  std::uint64_t calls = 0;
  std::uint64_t calls_failed = 0;   // without an answer: refused, late, lost
  std::uint64_t garbage_lines = 0;  // messages that were no JSON-RPC
  std::uint64_t late_answers = 0;   // to calls cancelled or over their deadline
  std::uint64_t stderr_dropped_bytes = 0;
};

// The last call, when it got no answer.
struct FailedCall {
  base::Error error;
  base::WallTime at{};
};

// The present of one upstream, for reading. The pointers and views live until the loop's turn ends.
struct UpstreamView {
  UpstreamId id = 0;
  const UpstreamSpec* spec = nullptr;
  const UpstreamMemory* memory = nullptr;
  const ServerInfo* server = nullptr;  // null before the first handshake of this run
  State state = State::disabled;
  base::WallTime since{};
  std::string_view reason;                 // why it is in this state; may be empty
  std::optional<base::WallTime> next_try;  // in backoff and login_required
  std::int64_t pid = 0;
  std::uint32_t calls_in_flight = 0;
  std::uint32_t calls_waiting = 0;
  std::uint32_t instances = 0;              // for single clients, that run
  std::optional<base::WallTime> last_used;  // by a call, in this run
  const base::Error* problem = nullptr;     // of an unconfigured one: what is missing
  const FailedCall* failed_call = nullptr;  // the last call, when it got no answer
  std::string_view first_garbage;           // the beginning of the first line that is no message
  bool lists_cut = false;                   // it listed more than is kept, in this run
  UpstreamCounters counters;
};

class Fleet {
 public:
  Fleet(const FleetParts& parts, const FleetOptions& options);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // Makes `specs` the complete set, by difference: an unchanged server keeps its process, a changed
  // mode starts or stops, a changed launch replaces, a missing one stops and is gone. Every apply
  // checks the unconfigured ones again. REQUIRES: names are unique.
  void apply(std::vector<UpstreamSpec> specs);
  // From now on; leases already out stay.
  void set_options(const FleetOptions& options);

  // Nothing for a name that is not in the applied set.
  std::optional<UpstreamId> find(std::string_view name) const;
  // Ids are below size(); removed ones have no view.
  std::uint32_t size() const;
  std::optional<UpstreamView> view(UpstreamId id) const;

  // What stands in the way of every call now, as call() would answer it; nothing when a call would
  // be taken. not_found for an unknown id.
  std::optional<base::Error> refusal(UpstreamId id) const;

  // Stops what runs, forgets failures and auto-disabling, checks again, and starts unless the
  // policy forbids it. Errors: not_found, or the same that call() answers for a held or quarantined
  // one.
  base::Result<void> restart(UpstreamId id);
  // Forgets failures and auto-disabling (enable does this beside writing its intent); a running
  // server is left alone. False for an unknown id.
  bool reset_auto_disable(UpstreamId id);

  // Sends when the upstream is ready, else starts it and waits, at most start_wait_max: then the
  // call fails with server_starting, and the start goes on. What is returned as an error was not
  // accepted, the sink hears nothing of it: not_found, server_disabled, server_quarantined,
  // server_unconfigured, server_auto_disabled, auth_required, overloaded (queue full).
  base::Result<CallHandle> call(UpstreamId id, const CallSpec& spec);
  // That client makes no more calls: what runs for it alone ends. REQUIRES: its calls are over.
  void end_caller(CallerKey caller);
  // The upstream is told by notifications/cancelled, the sink nothing. False when the call is over.
  bool cancel(const CallHandle& call);
  // A notification to a ready upstream; false when it is not ready.
  bool notify(UpstreamId id, std::string_view method, std::string_view params);
  // Answers what on_server_request() kept; `body` is a raw result, or error object.
  bool answer(const ServerRequestRef& request, bool is_error, std::string_view body);

  UpstreamLease lease(UpstreamId id);

  // Starts nothing any more, refuses calls, closes every upstream; `done` once all are closed, or
  // at the deadline, when the rest are killed. REQUIRES: called once.
  void shutdown(base::Duration deadline, std::function<void()> done);

  // For tests and metrics.
  std::uint32_t leases_in_use() const;
  std::uint32_t connecting() const;

 private:
  friend class UpstreamLease;
  void give_back(UpstreamId id, std::uint64_t incarnation);
  struct Parts;
  std::unique_ptr<Parts> parts_;  // never null
};

}  // namespace upstream
