// The calls of an upstream: sent, waiting or refused; and its view.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/shell_word.h"
#include "protocol/jsonrpc.h"
#include "protocol/method.h"
#include "upstream/fleet/upstream.h"

namespace upstream {

using base::ErrorCode;

namespace {

// The cure, then the command that looks again.
std::string remedy_then_restart(std::string_view remedy, std::string_view server) {
  if (remedy.empty()) remedy = "Mend it";
  if (remedy.ends_with('.')) remedy.remove_suffix(1);
  return fmt::format("{}; then run: mcptrunk servers restart {}", remedy, base::shell_word(server));
}

}  // namespace

std::uint32_t Upstream::calls_max() const {
  const std::uint32_t own = spec_.max_concurrent_requests;
  return own == 0 ? UpstreamSpec::kCallsInFlightMax : own;
}

// Says what stands in the way of every call now, and what to do about it.
std::optional<base::Error> Upstream::refusal() const {
  const std::string server = "Server '" + spec_.name + "' ";
  if (facts_.policy == RunPolicy::quarantined) {
    return base::Error{
        ErrorCode::server_quarantined, server + "is quarantined",
        "Review it, then run: mcptrunk servers approve " + base::shell_word(spec_.name)};
  }
  if (facts_.policy == RunPolicy::disabled) {
    if (!spec_.held_by.empty()) {
      return base::Error{ErrorCode::server_disabled, server + "is held by " + spec_.held_by,
                         "Enable what holds it"};
    }
    return base::Error{ErrorCode::server_disabled, server + "is disabled",
                       "Run: mcptrunk servers enable " + base::shell_word(spec_.name)};
  }
  if (facts_.shutting_down) {
    return base::Error{ErrorCode::server_disabled,
                       server + "is stopped: the daemon is shutting down",
                       "Try again once it is back"};
  }
  if (facts_.auto_disabled) {
    const std::string_view mend =
        memory_.last_failure ? std::string_view(memory_.last_failure->remedy) : "";
    return base::Error{ErrorCode::server_auto_disabled,
                       server + "was disabled automatically: " + memory_.auto_disabled->reason,
                       remedy_then_restart(mend, spec_.name)};
  }
  if (!facts_.configured) {
    const base::Error* missing = problem();
    return base::Error{
        ErrorCode::server_unconfigured,
        server + "cannot be started: " + (missing != nullptr ? missing->message : ""),
        remedy_then_restart(missing != nullptr ? missing->remedy : "", spec_.name)};
  }
  if (facts_.login_needed) {
    return base::Error{ErrorCode::auth_required, server + "needs a login",
                       "See: mcptrunk servers why " + base::shell_word(spec_.name)};
  }
  return std::nullopt;
}

// What is started to listen at a fixed address cannot be started twice.
bool Upstream::keeps_clients_apart() const {
  const auto* http = std::get_if<HttpLaunch>(&spec_.launch);
  const bool once = http != nullptr && http->command.has_value();
  return !once && (spec_.own_instances || memory_.asks_client);
}

std::uint32_t Upstream::calls() const {
  return waiting_.size() + (session_ != nullptr ? session_->calls_in_flight() : 0);
}

base::Result<void> Upstream::call(const CallSpec& given, std::uint64_t serial) {
  CallSpec spec = given;
  if (spec.deadline <= base::Duration::zero()) spec.deadline = spec_.call_timeout;
  ++counters_.calls;
  watch_.note_use();
  last_used_ = context_.runtime.clock.wall_now();
  const bool ready = state_ == State::ready;
  if (ready && waiting_.empty() && session_->calls_in_flight() < calls_max()) {
    base::Result<void> sent = session_->call(spec, serial);
    if (!sent) on_call_failed(sent.error());
    return sent;
  }
  std::optional<base::Error> refused = refusal();
  if (!refused) {
    refused = waiting_.refusal(spec, spec_.name, spec_.queue_size);
    if (refused) failed_call_ = {*refused, context_.runtime.clock.wall_now()};
  }
  if (refused) {
    ++counters_.calls_failed;
    return *std::move(refused);
  }
  waiting_.add(spec, serial, ready ? std::nullopt : std::optional(context_.options.start_wait_max));
  if (!ready) demand();
  return base::kDone;
}

// A caller waits: whatever comes next, comes sooner.
void Upstream::demand() {
  start_requested_ = true;
  switch (state_) {
    case State::queued:
      return enqueue();
    case State::backoff:
      return arm_retry();
    case State::stopping:
      return arm_stop_timer();  // wants it gone sooner
    default:
      return handle(Event::demand, "a caller waits");
  }
}

bool Upstream::cancel(std::uint64_t serial) {
  if (session_ != nullptr && session_->cancel(serial)) {
    send_waiting();
    context_.host.on_call_over(id_);
    return true;
  }
  const bool cancelled = waiting_.cancel(serial);
  if (cancelled) context_.host.on_call_over(id_);
  return cancelled;
}

bool Upstream::notify(std::string_view method, std::string_view params) {
  return state_ == State::ready && session_->notify(method, params);
}

bool Upstream::answer(std::uint64_t session, std::string_view raw_id, bool is_error,
                      std::string_view body) {
  if (session_ == nullptr || session != session_number_) return false;
  return session_->answer(raw_id, is_error, body);
}

void Upstream::give_back_lease() {
  --leases_;
  watch_.note_use();
}

bool Upstream::in_use() const {
  return leases_ > 0 || !waiting_.empty() ||
         (session_ != nullptr && session_->calls_in_flight() > 0);
}

void Upstream::refuse_waiting() {
  if (waiting_.empty()) return;
  if (const std::optional<base::Error> refused = refusal()) waiting_.fail_all(*refused);
}

void Upstream::send_waiting() {
  while (state_ == State::ready && !waiting_.empty() && session_->calls_in_flight() < calls_max()) {
    waiting_.take_first([this](const CallSpec& spec, std::uint64_t serial) {
      const base::Result<void> sent = session_->call(spec, serial);
      if (sent.ok()) return;
      on_call_failed(sent.error());
      waiting_.fail_later(spec, serial, sent.error());
    });
  }
}

void Upstream::on_call_over() {
  failed_call_.reset();
  watch_.note_use();
  send_waiting();
  context_.host.on_call_over(id_);
}

void Upstream::on_waiting_failed(std::uint32_t calls) {
  counters_.calls_failed += calls;
  context_.host.on_call_over(id_);
}

void Upstream::on_call_failed(const base::Error& error) {
  ++counters_.calls_failed;
  failed_call_ = {error, context_.runtime.clock.wall_now()};
}

base::Error Upstream::on_waited_too_long(bool deadline_passed) {
  if (deadline_passed) {
    return {ErrorCode::deadline_exceeded,
            fmt::format("Server '{}' was not free to take the call in time", spec_.name),
            "Try again, or raise its call_timeout"};
  }
  constexpr std::int64_t kRetryAfter = 10;
  return {ErrorCode::server_starting,
          fmt::format("Server '{}' is starting ({})", spec_.name, to_string(state_)),
          fmt::format("Retry in {} s; the start goes on", kRetryAfter)};
}

void Upstream::on_renewed() {
  context_.outbox.post([id = id_](FleetObserver& observer) { observer.on_session_renewed(id); });
}

void Upstream::on_notification(CallerKey caller, std::string_view method, std::string_view params) {
  const bool own = spec_.only_caller != kNobody;
  context_.outbox.direct().on_notification({id_, own ? spec_.only_caller : caller, own}, method,
                                           params);
}

namespace {

bool is_for_client(std::string_view method) {
  const protocol::Method known = protocol::method_from(method);
  return known == protocol::Method::sampling_create_message ||
         known == protocol::Method::elicitation_create;
}

}  // namespace

bool Upstream::on_server_request(CallerKey caller, std::string_view raw_id, std::string_view method,
                                 std::string_view params) {
  if (spec_.only_caller != kNobody) {
    caller = spec_.only_caller;
  } else if (!is_for_client(method)) {
    caller = kNobody;
  } else if (caller == kNobody) {
    refuse_question(raw_id);
    return true;
  }
  asked_ = true;
  return context_.outbox.direct().on_server_request({id_, session_number_, raw_id}, caller, method,
                                                    params);
}

// Asked once in vain it may ask again: from now on it is known for it.
void Upstream::refuse_question(std::string_view raw_id) {
  std::string error;
  protocol::append_error_object(
      error,
      {protocol::kInternalError,
       "It is not certain which client is meant: calls of several, or of none, are under way",
       {}});
  (void)session_->answer(raw_id, /*is_error=*/true, error);
  if (std::exchange(memory_.asks_client, true)) return;
  base::log::info("fleet", "server={} asks clients in the middle of calls", spec_.name);
  post_memory();
}

void Upstream::on_server_request_cancelled(std::string_view raw_id) {
  context_.outbox.direct().on_server_request_over({id_, session_number_, raw_id});
}

UpstreamView Upstream::view() const {
  UpstreamView view;
  view.id = id_;
  view.spec = &spec_;
  view.memory = &memory_;
  view.server = server_ ? &*server_ : nullptr;
  view.state = state_;
  view.since = since_;
  view.reason = reason_;
  view.calls_waiting = waiting_.size();
  view.last_used = last_used_;
  if (state_ == State::unconfigured) view.problem = problem();
  view.failed_call = failed_call_ ? &*failed_call_ : nullptr;
  view.first_garbage = first_garbage_;
  view.lists_cut = std::ranges::find(lists_cut_, true) != lists_cut_.end();
  view.counters = counters_;
  if (state_ == State::backoff || state_ == State::login_required) {
    const auto left = std::max(base::Duration::zero(), retry_.next_try() - context_.runtime.now());
    view.next_try =
        context_.runtime.clock.wall_now() + std::chrono::duration_cast<base::Milliseconds>(left);
  }
  if (session_ != nullptr) {
    view.pid = session_->process_id();
    view.calls_in_flight = session_->calls_in_flight();
    view.counters.garbage_lines += session_->garbage_messages();
    view.counters.late_answers += session_->late_answers();
    view.counters.stderr_dropped_bytes += session_->stderr_dropped_bytes();
    if (first_garbage_.empty()) view.first_garbage = session_->first_garbage();
  }
  return view;
}

}  // namespace upstream
