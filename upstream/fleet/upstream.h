// One upstream under supervision: drives its lifecycle table, owns its session, its waiting calls
// and its memory. Resource.
//
// Ownership: the Fleet owns it; everything in the FleetContext outlives it.
// Threads:   the loop thread only. Every change of state goes through handle().
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "upstream/fleet/admission.h"
#include "upstream/fleet/fleet.h"
#include "upstream/fleet/fleet_observer.h"
#include "upstream/fleet/outbox.h"
#include "upstream/fleet/ready_watch.h"
#include "upstream/fleet/retry_plan.h"
#include "upstream/fleet/upstream_spec.h"
#include "upstream/fleet/waiting_calls.h"
#include "upstream/lifecycle/machine.h"
#include "upstream/session/client_session.h"

namespace upstream {

// What all upstreams of a fleet share.
class UpstreamHost {
 public:
  virtual ~UpstreamHost() = default;
  // The outcome of a start, or a loss, of a known-good server. True when a failure of it counts
  // towards auto-disabling.
  virtual bool report_known_good(UpstreamId id, bool ok) = 0;
  // Whether the machine has just woken: failures do not count then.
  virtual bool is_waking() = 0;
  // It owns no connection now.
  virtual void on_rest(UpstreamId id) = 0;
  // It may not run: neither may what runs for it. Told again as long as that lasts.
  virtual void on_barred(UpstreamId /*id*/) {}
  virtual void on_call_over(UpstreamId /*id*/) {}
};

struct FleetContext {
  base::Runtime runtime;
  TransportFactory& transports;
  Preflight& preflight;
  Outbox& outbox;
  Admission& admission;
  UpstreamHost& host;
  const FleetOptions& options;
  const Offload& offload;
  WaitingBytes& waiting_bytes;
};

class Upstream final : private SessionListener,
                       private Starter,
                       private WaitingCalls::Listener,
                       private ReadyWatch::Listener {
 public:
  // `incarnation` tells it from an earlier one of the same id.
  Upstream(const FleetContext& context, UpstreamId id, std::uint64_t incarnation,
           UpstreamSpec spec);
  ~Upstream() override;
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  // Begins its life: call once it can be found by its id.
  void begin();
  void update(UpstreamSpec spec);
  // It is in the configuration no more: it stops, and is gone when at rest.
  void remove();
  bool removed() const { return removed_; }
  bool connected() const { return session_ != nullptr; }
  // No connection, and every caller has its answer.
  bool at_rest() const { return session_ == nullptr && waiting_.settled(); }

  base::Result<void> restart();
  void reset_auto_disable();
  // What failed lately had a common cause: it does not count.
  void forgive();
  // The machine was suspended for that long: all is looked at again.
  void on_woken(base::Duration slept);
  // What made known-good ones fail together is over: it need not wait for its next try.
  void on_cause_over();

  // What stands in the way of every call now; nothing when one would be taken.
  std::optional<base::Error> refusal() const;
  base::Result<void> call(const CallSpec& spec, std::uint64_t serial);
  bool cancel(std::uint64_t serial);
  bool notify(std::string_view method, std::string_view params);
  bool answer(std::uint64_t session, std::string_view raw_id, bool is_error, std::string_view body);
  void take_lease() { ++leases_; }
  void give_back_lease();
  std::uint64_t incarnation() const { return incarnation_; }

  void shut_down();
  // Ends its connection without waiting.
  void kill();

  UpstreamView view() const;
  const UpstreamSpec& spec() const { return spec_; }
  const UpstreamMemory& memory() const { return memory_; }
  State state() const { return state_; }
  // Sent and waiting ones.
  std::uint32_t calls() const;
  // Each client that can be told from others gets an instance of its own.
  bool keeps_clients_apart() const;

 private:
  // --- SessionListener, Starter, WaitingCalls::Listener, ReadyWatch::Listener ---
  void on_handshaken(const ServerInfo& server) override;
  void on_listing(Listing listing) override;
  void on_start_failed(const base::Error& error) override;
  void on_renewed() override;
  void on_notification(CallerKey caller, std::string_view method, std::string_view params) override;
  bool on_server_request(CallerKey caller, std::string_view raw_id, std::string_view method,
                         std::string_view params) override;
  void on_server_request_cancelled(std::string_view raw_id) override;
  void on_call_over() override;
  void on_call_failed(const base::Error& error) override;
  void on_closed(const Failure& failure) override;
  void on_slot() override;
  base::Error on_waited_too_long(bool deadline_passed) override;
  void on_waiting_failed(std::uint32_t calls) override;
  bool in_use() const override;
  void on_unused() override;
  void on_dead() override;
  void on_stable() override;

  // --- the machine ---
  void handle(Event event, std::string_view reason);
  Step decide(Event event);
  void refresh_facts();
  bool starts_wanted() const;
  bool caller_waits() const { return start_requested_ || !waiting_.empty(); }
  void enter(State to, std::string_view reason);
  void perform(Actions actions);
  void open_connection();
  void drop_connection();
  void enqueue();
  void release_lease();
  void arm_retry();
  void announce();
  void arm_stop_timer();
  void finish_stopping();
  // Null: nothing is known to be missing.
  const base::Error* problem() const;
  void look_again_at_configuration();

  // --- outcomes ---
  // Of what is kept or told: the server may say its own.
  void hide_secrets(std::string& message, std::string& remedy) const;
  void fail(Failure failure);
  void count_failure();
  void forget_count();
  void propose_auto_disable();
  void on_auto_disable_committed(std::uint64_t ticket, const std::string& reason,
                                 const base::Result<void>& result);
  void forget_failures();
  void post_memory();
  Failure connect_timeout_failure() const;

  // --- calls ---
  void demand();
  void refuse_waiting();
  void send_waiting();
  void refuse_question(std::string_view raw_id);
  std::uint32_t calls_max() const;

  // --- timers ---
  void on_connect_deadline();
  void on_lease_expired() { release_lease(); }
  void on_retry();
  void on_stop_timer();

  const FleetContext& context_;
  const UpstreamId id_;
  const std::uint64_t incarnation_;
  UpstreamSpec spec_;
  UpstreamMemory memory_;
  Facts facts_;
  State state_ = State::disabled;
  base::WallTime since_{};
  std::string reason_;
  RetryPlan retry_;
  UpstreamCounters counters_;
  std::optional<ServerInfo> server_;

  std::unique_ptr<ClientSession> session_;  // null without a connection
  std::uint64_t session_number_ = 0;
  std::optional<LeaseKind> lease_;
  LeaseKind lease_kind_ = LeaseKind::ordinary;  // of the request in the queue
  base::TimePoint connecting_since_{};
  base::TimePoint stop_due_{};
  std::optional<base::Error> preflight_problem_;  // what the last look before a start found
  std::optional<FailedCall> failed_call_;         // the last call, when it got no answer
  bool launch_is_new_ = false;                    // since the last connection
  std::array<bool, kListKinds> lists_cut_{};      // by ListKind
  std::string first_garbage_;                     // of an earlier session
  std::uint32_t leases_ = 0;                      // against idle stop

  std::optional<base::TimePoint>
      failing_since_;  // the first of the consecutive failures, in this run
  bool has_catalog_ = false;
  bool removed_ = false;
  bool start_requested_ = false;  // by a caller or an operator; holds until it is ready or fails
  bool idle_stopped_ = false;     // an active server that rests because nobody used it
  bool asked_ = false;            // something, on this connection, that went on to a client
  std::optional<base::WallTime> last_used_;
  bool stderr_is_due_ = false;   // a failure whose last words come with the end
  bool commit_pending_ = false;  // of an auto-disable
  std::uint64_t commit_ticket_ = 0;

  WaitingCalls waiting_;
  ReadyWatch watch_;
  base::Timer<Upstream, &Upstream::on_connect_deadline> connect_timer_{*this};
  base::Timer<Upstream, &Upstream::on_lease_expired> lease_timer_{*this};
  base::Timer<Upstream, &Upstream::on_retry> retry_timer_{*this};
  base::Timer<Upstream, &Upstream::on_stop_timer> stop_timer_{*this};
  std::shared_ptr<Upstream*> self_;  // what an answer from the store finds it by, while it lives
};

}  // namespace upstream
