// The instances of one server that belong to one client each, beside the one that all share. Each
// is an Upstream with a life of its own, of which nobody hears: the server's state, lists and
// memory are those of the shared one. Resource.
//
// A session beyond kInstancesMax waits until another has no call; then that one's process is
// stopped, and a new one started for it, so that it meets nothing of the other.
//
// Ownership: the Fleet's; the shared Upstream and everything in the FleetContext outlive it.
// Threads:   the loop thread only.
// Limits:    kInstancesMax instances; those not used for kIdleMax (or the server's own idle
//            timeout) end.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "upstream/fleet/instance_seats.h"
#include "upstream/fleet/upstream.h"
#include "upstream/fleet/waiting_calls.h"

namespace upstream {

class Instances final : private UpstreamHost,
                        private FleetObserver,
                        private WaitingCalls::Listener {
 public:
  static constexpr base::Duration kIdleMax = std::chrono::minutes(30);

  // `last_id`: of an instance of any server; they all count on from it.
  Instances(const FleetContext& fleet, const Upstream& server, UpstreamId server_id,
            UpstreamId& last_id);
  ~Instances() override;
  Instances(const Instances&) = delete;
  Instances& operator=(const Instances&) = delete;

  // As Upstream::call(). REQUIRES: spec.caller is a client, the server may run.
  base::Result<void> call(const CallSpec& spec, std::uint64_t serial);
  bool cancel(std::uint64_t serial);
  bool answer(const ServerRequestRef& request, bool is_error, std::string_view body);
  // The client is gone: its instance ends.
  void end(CallerKey caller);

  // The server's specification has changed.
  void update();
  // All end; those that call again get others.
  void end_all();
  void on_woken(base::Duration slept);
  void shut_down();
  // Ends connections that are being closed without waiting.
  void kill();
  bool at_rest() const;
  // Some process or connection is left.
  bool connected() const;
  // What they count goes into the server's own.
  void add_to(UpstreamView& view) const;

 private:
  struct Instance {
    CallerKey caller = kNobody;
    bool leaving = false;
    base::TimePoint last_used{};
    UpstreamId id = 0;
    std::unique_ptr<Upstream> upstream;  // never null
  };

  // --- UpstreamHost ---
  bool report_known_good(UpstreamId, bool) override { return false; }
  bool is_waking() override { return false; }
  void on_rest(UpstreamId) override;
  void on_call_over(UpstreamId) override;
  // --- FleetObserver ---
  void on_state_changed(UpstreamId, State, State, std::string_view) override;
  void on_listing(UpstreamId, Listing) override {}
  void on_memory_changed(UpstreamId, const UpstreamMemory&) override {}
  void on_cascade_guard(bool, std::uint32_t, std::uint32_t) override {}
  void commit_auto_disable(UpstreamId, std::string, CommitDone) override {}
  void on_notification(const NoticeSource& source, std::string_view method,
                       std::string_view params) override;
  bool on_server_request(const ServerRequestRef& request, CallerKey caller, std::string_view method,
                         std::string_view params) override;
  void on_server_request_over(const ServerRequestRef& request) override;
  // --- WaitingCalls::Listener ---
  base::Error on_waited_too_long(bool deadline_passed) override;
  void on_waiting_failed(std::uint32_t calls) override { past_.calls_failed += calls; }

  UpstreamSpec spec_for(CallerKey caller) const;
  Instance* find(CallerKey caller);
  void open(CallerKey caller);
  static void leave(Instance& instance);
  void serve();
  void send_waiting(Instance& instance);
  void review();

  const FleetContext& fleet_;
  const Upstream& server_;
  const UpstreamId server_id_;
  UpstreamId& last_id_;
  Outbox outbox_;
  const FleetContext context_;  // of the instances: what they tell comes here
  WaitingCalls waiting_;        // of sessions without an instance
  std::vector<Instance> instances_;
  UpstreamCounters past_;  // of those that are gone
  base::EndOfTurn<Instances, &Instances::review> review_{*this};
};

}  // namespace upstream
