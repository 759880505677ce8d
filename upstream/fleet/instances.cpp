#include "upstream/fleet/instances.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace upstream {
namespace {

void add(UpstreamCounters& sum, const UpstreamCounters& more) {
  sum.starts += more.starts;
  sum.failures += more.failures;
  sum.calls += more.calls;
  sum.calls_failed += more.calls_failed;
  sum.garbage_lines += more.garbage_lines;
  sum.late_answers += more.late_answers;
  sum.stderr_dropped_bytes += more.stderr_dropped_bytes;
}

bool will_start(State state) {
  return state == State::queued || state == State::backoff || state == State::login_required;
}

}  // namespace

Instances::Instances(const FleetContext& fleet, const Upstream& server, UpstreamId server_id,
                     UpstreamId& last_id)
    : fleet_(fleet),
      server_(server),
      server_id_(server_id),
      last_id_(last_id),
      outbox_(fleet.runtime.turn, *this),
      context_{fleet.runtime, fleet.transports, fleet.preflight,    outbox_, fleet.admission, *this,
               fleet.options, fleet.offload,    fleet.waiting_bytes},
      waiting_(fleet.runtime, *this, fleet.waiting_bytes) {}

Instances::~Instances() = default;

// It runs when its client calls, whatever the shared one does.
UpstreamSpec Instances::spec_for(CallerKey caller) const {
  UpstreamSpec spec = server_.spec();
  spec.memory = server_.memory();
  spec.memory.auto_disabled.reset();
  if (spec.policy == RunPolicy::active) spec.policy = RunPolicy::lazy;
  spec.auto_disable_threshold = 0;
  spec.relist_interval.reset();
  spec.idle_timeout = spec.idle_timeout.value_or(kIdleMax);
  spec.only_caller = caller;
  spec.abilities = fleet_.outbox.direct().abilities_of(caller);
  return spec;
}

Instances::Instance* Instances::find(CallerKey caller) {
  for (Instance& instance : instances_) {
    if (instance.caller == caller && !instance.leaving) return &instance;
  }
  return nullptr;
}

// --- calls ---

base::Result<void> Instances::call(const CallSpec& spec, std::uint64_t serial) {
  if (Instance* own = find(spec.caller)) {
    own->last_used = fleet_.runtime.now();
    return own->upstream->call(spec, serial);
  }
  const UpstreamSpec& server = server_.spec();
  if (auto refused = waiting_.refusal(spec, server.name, server.queue_size)) {
    ++past_.calls_failed;
    return *std::move(refused);
  }
  CallSpec waiting = spec;
  if (waiting.deadline <= base::Duration::zero()) waiting.deadline = server.call_timeout;
  waiting_.add(waiting, serial, fleet_.options.start_wait_max);
  serve();
  return base::kDone;
}

// Those that wait get what there is, in the order they came.
void Instances::serve() {
  using Kind = InstanceTurn::Kind;
  std::size_t ahead = 0;
  for (const CallerKey caller : waiting_.callers()) {
    std::vector<InstanceSeat> seats;
    for (const Instance& each : instances_) {
      seats.push_back({each.caller, each.upstream->calls() > 0, each.leaving, each.last_used});
    }
    const InstanceTurn turn = turn_for(caller, seats, ahead);
    if (turn.kind == Kind::open) open(caller);
    if (turn.kind == Kind::vacate) leave(instances_[turn.seat]);
    if (turn.kind == Kind::vacate || turn.kind == Kind::wait) {
      ++ahead;
    } else {
      send_waiting(*find(caller));
    }
  }
}

void Instances::open(CallerKey caller) {
  const UpstreamId id = ++last_id_;
  instances_.push_back({caller, false, fleet_.runtime.now(), id,
                        std::make_unique<Upstream>(context_, id, id, spec_for(caller))});
  instances_.back().upstream->begin();
}

void Instances::send_waiting(Instance& instance) {
  instance.last_used = fleet_.runtime.now();
  const auto send = [&](const CallSpec& spec, std::uint64_t serial) {
    const base::Result<void> sent = instance.upstream->call(spec, serial);
    if (!sent) waiting_.fail_later(spec, serial, sent.error());
  };
  while (waiting_.take_first_of(instance.caller, send)) {
  }
}

bool Instances::cancel(std::uint64_t serial) {
  const auto cancels = [serial](Instance& each) { return each.upstream->cancel(serial); };
  return waiting_.cancel(serial) || std::any_of(instances_.begin(), instances_.end(), cancels);
}

bool Instances::answer(const ServerRequestRef& request, bool is_error, std::string_view body) {
  for (Instance& each : instances_) {
    if (each.id != request.instance) continue;
    return each.upstream->answer(request.session, request.raw_id, is_error, body);
  }
  return false;
}

base::Error Instances::on_waited_too_long(bool) {
  return {base::ErrorCode::overloaded,
          fmt::format("Server '{}' runs for one client at a time, and all {} of it are in use",
                      server_.spec().name, kInstancesMax),
          "Try again once another client has finished"};
}

// --- their lives ---

void Instances::leave(Instance& instance) {
  instance.leaving = true;
  instance.upstream->remove();
}

void Instances::end(CallerKey caller) {
  if (Instance* own = find(caller)) leave(*own);
}

void Instances::end_all() {
  if (const auto refused = server_.refusal()) waiting_.fail_all(*refused);
  for (Instance& each : instances_) {
    if (!each.leaving) leave(each);
  }
}

void Instances::update() {
  for (Instance& each : instances_) {
    if (!each.leaving) each.upstream->update(spec_for(each.caller));
  }
}

void Instances::shut_down() {
  waiting_.fail_all(*server_.refusal());
  for (Instance& each : instances_) each.upstream->shut_down();
}

void Instances::on_woken(base::Duration slept) {
  for (Instance& each : instances_) each.upstream->on_woken(slept);
}

void Instances::kill() {
  for (Instance& each : instances_) each.upstream->kill();
}

bool Instances::at_rest() const {
  return waiting_.settled() && std::all_of(instances_.begin(), instances_.end(),
                                           [](auto& each) { return each.upstream->at_rest(); });
}

bool Instances::connected() const {
  return std::any_of(instances_.begin(), instances_.end(),
                     [](auto& each) { return each.upstream->connected(); });
}

void Instances::add_to(UpstreamView& view) const {
  add(view.counters, past_);
  view.calls_waiting += waiting_.size();
  for (const Instance& each : instances_) {
    const UpstreamView own = each.upstream->view();
    add(view.counters, own.counters);
    view.calls_in_flight += own.calls_in_flight;
    view.calls_waiting += own.calls_waiting;
    if (own.last_used && (!view.last_used || *own.last_used > *view.last_used)) {
      view.last_used = own.last_used;
    }
    if (each.upstream->connected()) ++view.instances;
  }
}

// What has come to an end makes room. One that failed keeps its place, and with it the time of its
// next try; so does one that waits for a slot, whether anybody waits for it still or not.
void Instances::review() {
  const auto is_over = [](const Instance& each) {
    return each.upstream->at_rest() && (each.leaving || !will_start(each.upstream->state()));
  };
  for (auto at = instances_.begin(); at != instances_.end();) {
    if (!is_over(*at)) {
      ++at;
      continue;
    }
    add(past_, at->upstream->view().counters);
    fleet_.runtime.turn.retire(std::move(at->upstream));
    at = instances_.erase(at);
  }
  serve();
  if (at_rest()) fleet_.host.on_rest(server_id_);
}

void Instances::on_rest(UpstreamId) {
  fleet_.runtime.turn.schedule(review_);
}

void Instances::on_state_changed(UpstreamId, State, State, std::string_view) {
  fleet_.runtime.turn.schedule(review_);
}

void Instances::on_call_over(UpstreamId) {
  if (!waiting_.empty()) fleet_.runtime.turn.schedule(review_);
}

// --- what they say ---

void Instances::on_notification(const NoticeSource& source, std::string_view method,
                                std::string_view params) {
  const NoticeSource here{server_id_, source.meant, source.own_instance};
  fleet_.outbox.direct().on_notification(here, method, params);
}

bool Instances::on_server_request(const ServerRequestRef& request, CallerKey caller,
                                  std::string_view method, std::string_view params) {
  const ServerRequestRef here{server_id_, request.session, request.raw_id, request.upstream};
  return fleet_.outbox.direct().on_server_request(here, caller, method, params);
}

void Instances::on_server_request_over(const ServerRequestRef& request) {
  const ServerRequestRef here{server_id_, request.session, request.raw_id, request.upstream};
  fleet_.outbox.direct().on_server_request_over(here);
}

}  // namespace upstream
