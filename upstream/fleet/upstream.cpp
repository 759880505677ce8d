// The lifecycle of an upstream: facts, steps, actions. Outcomes and calls are in the other files.
#include "upstream/fleet/upstream.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/log.h"

namespace upstream {
namespace {

using std::chrono::seconds;

// The transport's own escalation ends sooner; this is for one that does not keep its word.
constexpr base::Duration kStopMax = seconds(10);
// How long a caller waits for the old process before it is ended at once.
constexpr base::Duration kStopForCaller = seconds(2);
constexpr base::Duration kFirstPackageStart = seconds(180);

}  // namespace

Upstream::Upstream(const FleetContext& context, UpstreamId id, std::uint64_t incarnation,
                   UpstreamSpec spec)
    : context_(context),
      id_(id),
      incarnation_(incarnation),
      spec_(std::move(spec)),
      memory_(spec_.memory),
      since_(context.runtime.clock.wall_now()),
      has_catalog_(spec_.has_catalog),
      waiting_(context.runtime, *this, context.waiting_bytes),
      watch_(context.runtime, *this),
      self_(std::make_shared<Upstream*>(this)) {
  // What was observed of another configuration is no judgement on this one.
  if (memory_.config_hash != spec_.config_hash) {
    memory_.auto_disabled.reset();
    memory_.consecutive_failures = 0;
    memory_.detected.clear();
    memory_.asks_client = false;
  }
  memory_.config_hash = spec_.config_hash;
  facts_.policy = spec_.policy;
  facts_.configured = !spec_.unconfigured;
  facts_.auto_disabled = memory_.auto_disabled.has_value();
}

Upstream::~Upstream() {
  if (state_ == State::queued) context_.admission.dequeue(id_);
}

void Upstream::begin() {
  handle(Event::facts_changed, "loaded");
}

void Upstream::update(UpstreamSpec spec) {
  const bool launch_changed = spec.launch != spec_.launch || spec.revision != spec_.revision;
  const bool changed = launch_changed || spec.config_hash != spec_.config_hash;
  const bool policy_changed = spec.policy != spec_.policy;
  const bool returns = std::exchange(removed_, false);
  spec_ = std::move(spec);
  facts_.policy = spec_.policy;
  look_again_at_configuration();
  if (policy_changed || returns || !spec_.idle_timeout) idle_stopped_ = false;
  if (launch_changed) {
    launch_is_new_ = true;
    has_catalog_ = false;
    memory_.detected.clear();
    memory_.asks_client = false;
  }
  if (changed) forget_failures();
  if (state_ == State::ready) watch_.adjust(spec_);
  handle(launch_changed ? Event::replace : Event::facts_changed, changed ? "configuration changed"
                                                                 : policy_changed
                                                                     ? "startup mode changed"
                                                                     : "reloaded");
}

void Upstream::remove() {
  removed_ = true;
  facts_.policy = RunPolicy::disabled;
  handle(Event::facts_changed, "removed from the configuration");
  if (at_rest()) context_.host.on_rest(id_);
}

void Upstream::shut_down() {
  facts_.shutting_down = true;
  handle(Event::facts_changed, "the daemon is shutting down");
}

void Upstream::kill() {
  if (state_ == State::stopping) on_stop_timer();
}

base::Result<void> Upstream::restart() {
  if (!may_run(Facts{.policy = facts_.policy, .shutting_down = facts_.shutting_down})) {
    return *refusal();
  }
  forget_failures();
  look_again_at_configuration();
  idle_stopped_ = false;
  start_requested_ = true;
  handle(Event::replace, "restarted by request");
  return base::kDone;
}

// --- the machine ---

bool Upstream::starts_wanted() const {
  if (caller_waits()) return true;
  const bool is_instance = spec_.only_caller != kNobody;  // its catalog is its server's
  if (facts_.policy == RunPolicy::lazy) return !has_catalog_ && !is_instance;
  return facts_.policy == RunPolicy::active && !idle_stopped_;
}

void Upstream::refresh_facts() {
  facts_.wanted = starts_wanted() || (state_ == State::ready && in_use());
  facts_.connection_open = session_ != nullptr && facts_.connection_open;
}

// What can be known to fail is looked at before a slot is asked for.
Step Upstream::decide(Event event) {
  refresh_facts();
  const Step first = step(state_, event, facts_);
  if (first.to != State::queued || state_ == State::queued) return first;
  std::optional<base::Error> problem = context_.preflight.check(spec_);
  if (!problem) return first;
  hide_secrets(problem->message, problem->remedy);
  facts_.configured = false;
  preflight_problem_ = std::move(problem);
  return step(state_, event, facts_);
}

const base::Error* Upstream::problem() const {
  if (spec_.unconfigured) return &*spec_.unconfigured;
  return preflight_problem_ ? &*preflight_problem_ : nullptr;
}

void Upstream::look_again_at_configuration() {
  preflight_problem_.reset();
  facts_.configured = !spec_.unconfigured;
}

void Upstream::handle(Event event, std::string_view reason) {
  const Step next = decide(event);
  if (!next.expected) {
    base::log::warn("fleet", "server={} {} in state {} was not expected", spec_.name,
                    to_string(event), to_string(state_));
  }
  if (next.to != state_) {
    const base::Error* missing = next.to == State::unconfigured ? problem() : nullptr;
    enter(next.to, missing != nullptr ? std::string_view(missing->message) : reason);
  }
  perform(next.actions);
  if (!may_run(facts_)) {
    start_requested_ = false;
    refuse_waiting();
    context_.host.on_barred(id_);
  }
}

void Upstream::enter(State to, std::string_view reason) {
  const State from = std::exchange(state_, to);
  since_ = context_.runtime.clock.wall_now();
  reason_ = reason;
  base::log::info("fleet", "server={} {} -> {} ({})", spec_.name, to_string(from), to_string(to),
                  reason_);
  context_.outbox.post([id = id_, from, to, why = reason_](FleetObserver& observer) {
    observer.on_state_changed(id, from, to, why);
  });
}

// In an order that undoes what was before it begins what comes.
void Upstream::perform(Actions actions) {
  if (actions.has(Action::withdraw)) {
    watch_.stop();
    post_memory();  // it was used: what is counted beside it has changed
    waiting_.limit_wait(context_.options.start_wait_max);
  }
  if (actions.has(Action::release_lease)) release_lease();
  if (actions.has(Action::finish_start)) {
    connect_timer_.cancel();
    context_.admission.finish_start();
  }
  if (actions.has(Action::dequeue)) context_.admission.dequeue(id_);
  if (actions.has(Action::cancel_retry)) retry_timer_.cancel();
  if (actions.has(Action::drop_connection)) drop_connection();
  if (actions.has(Action::close_connection)) {
    session_->close();
    arm_stop_timer();
  }
  if (actions.has(Action::open_connection)) open_connection();
  if (actions.has(Action::enqueue)) enqueue();
  if (actions.has(Action::arm_retry)) arm_retry();
  if (actions.has(Action::announce)) announce();
  if (actions.has(Action::refuse_waiting)) refuse_waiting();
}

void Upstream::enqueue() {
  const bool first_package_start = spec_.package_runner && !memory_.package_ready;
  lease_kind_ = first_package_start ? LeaseKind::runner : LeaseKind::ordinary;
  StartRequest request{id_, lease_kind_, caller_waits(), std::nullopt};
  if (memory_.known_good) request.known_good_since = memory_.last_ready_wall;
  context_.admission.enqueue(request, *this);
}

void Upstream::on_slot() {
  lease_ = lease_kind_;
  context_.runtime.start(lease_timer_, lease_time(*lease_));
  handle(Event::granted, "got a slot");
}

void Upstream::release_lease() {
  if (!lease_) return;
  lease_timer_.cancel();
  context_.admission.release_lease(*std::exchange(lease_, std::nullopt));
}

void Upstream::open_connection() {
  ++counters_.starts;
  ++session_number_;
  if (std::exchange(launch_is_new_,
                    false)) {  // what another program wrote says nothing of this one
    counters_.garbage_lines = 0;
    counters_.stderr_dropped_bytes = 0;
    first_garbage_.clear();
  }
  connecting_since_ = context_.runtime.now();
  const bool first_package_start = spec_.package_runner && !memory_.package_ready;
  context_.runtime.start(connect_timer_, first_package_start
                                             ? std::max(spec_.connect_timeout, kFirstPackageStart)
                                             : spec_.connect_timeout);
  SessionListener& listener = *this;
  spec_.memory = memory_;
  session_ = std::make_unique<ClientSession>(
      context_.runtime, context_.transports.create(id_, spec_), listener,
      SessionOptions{spec_.name,
                     {},
                     spec_.abilities,
                     context_.offload,
                     spec_.revision.value_or(protocol::kNewestLegacy),
                     base::SecretMask(spec_.secrets)});
  facts_.connection_open = true;
  session_->start();
}

// A sink that is told may call again: the session is gone by then.
void Upstream::drop_connection() {
  stop_timer_.cancel();
  facts_.connection_open = false;
  std::unique_ptr<ClientSession> ended = std::move(session_);
  if (std::exchange(asked_, false)) {
    context_.outbox.post([id = id_, session = session_number_](FleetObserver& observer) {
      observer.on_server_request_over({id, session, {}});
    });
  }
  counters_.garbage_lines += ended->garbage_messages();
  counters_.late_answers += ended->late_answers();
  counters_.stderr_dropped_bytes += ended->stderr_dropped_bytes();
  if (first_garbage_.empty()) first_garbage_ = ended->first_garbage();
  ended->abandon({FailureKind::exited, 0, "it was stopped", {}, {}});
  context_.runtime.turn.retire(std::move(ended));
  context_.host.on_rest(id_);
}

// May come again while it stops, to shorten the wait.
void Upstream::arm_stop_timer() {
  const base::TimePoint now = context_.runtime.now();
  if (!stop_timer_.armed()) stop_due_ = now + kStopMax;
  const bool hurry = may_run(facts_) && !facts_.retry_pending && caller_waits();
  if (hurry) stop_due_ = std::min(stop_due_, now + kStopForCaller);
  context_.runtime.timers.start(stop_timer_, stop_due_);
}

void Upstream::on_stop_timer() {
  finish_stopping();
}

// Why it stopped is why it rests.
void Upstream::finish_stopping() {
  const std::string why = facts_.auto_disabled ? memory_.auto_disabled->reason : reason_;
  handle(Event::closed, why);
}

void Upstream::arm_retry() {
  const base::TimePoint now = context_.runtime.now();
  const bool for_caller = state_ == State::backoff && !waiting_.empty();
  context_.runtime.timers.start(retry_timer_,
                                for_caller ? retry_.next_try_for_caller(now) : retry_.next_try());
}

// An auto-disable that is being written decides first whether there is a next try.
void Upstream::on_retry() {
  if (commit_pending_) return;
  const base::TimePoint now = context_.runtime.now();
  if (now < retry_.next_try()) retry_.note_woken(now);
  facts_.retry_pending = false;
  facts_.login_needed = false;
  handle(Event::retry_due, "next try");
}

void Upstream::announce() {
  start_requested_ = false;
  idle_stopped_ = false;
  waiting_.unlimit_wait();
  watch_.start(spec_, *session_);
  send_waiting();
}

}  // namespace upstream
