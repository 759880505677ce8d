// What happens to an upstream and what follows from it: handshakes, failures, auto-disabling.
#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "upstream/fleet/upstream.h"
#include "upstream/lifecycle/auto_disable.h"

namespace upstream {
namespace {

FailureKind kind_of(const base::Error& error) {
  return error.code == base::ErrorCode::auth_required ? FailureKind::auth_required
                                                      : FailureKind::protocol_error;
}

}  // namespace

void Upstream::on_handshaken(const ServerInfo& server) {
  if (state_ != State::connecting) return;
  server_ = server;
  hide_secrets(server_->name, server_->version);
  memory_.known_good = true;
  memory_.package_ready = true;
  if (const std::string_view kind = session_->detected(); !kind.empty()) memory_.detected = kind;
  handle(Event::handshaken, "handshake done");
}

void Upstream::on_listing(Listing listing) {
  if (session_->closing()) return;
  const bool visit = state_ == State::connecting && facts_.policy == RunPolicy::lazy &&
                     !caller_waits() && leases_ == 0;
  has_catalog_ = true;
  for (std::size_t i = 0; i < kListKinds; ++i) {
    if (listing.lists[i]) lists_cut_[i] = listing.lists[i]->truncated;
  }
  context_.outbox.post([id = id_, held = std::make_shared<Listing>(std::move(listing))](
                           FleetObserver& observer) { observer.on_listing(id, std::move(*held)); });
  if (state_ != State::connecting) return;
  memory_.last_ready_wall = context_.runtime.clock.wall_now();
  retry_.note_ready();
  (void)context_.host.report_known_good(id_, true);
  post_memory();
  handle(Event::listed, visit ? "visited to list its tools" : "ready");
  if (visit && state_ == State::ready && !in_use()) {
    on_stable();
    handle(Event::idle_due, "visited, and nobody uses it");
  }
}

void Upstream::on_start_failed(const base::Error& error) {
  if (state_ != State::connecting) return;
  fail({kind_of(error), 0, error.message, error.remedy, {}});
}

void Upstream::on_closed(const Failure& failure) {
  facts_.connection_open = false;
  if (state_ != State::stopping) return fail(failure);
  if (std::exchange(stderr_is_due_, false) && memory_.last_failure) {
    memory_.last_failure->stderr_tail = failure.stderr_tail;
    post_memory();
  }
  finish_stopping();
}

void Upstream::on_dead() {
  fail({FailureKind::network,
        0,
        fmt::format("It stopped answering: {} pings without an answer", HealthWatch::kMissesMax),
        "Look at its log; raise health_check_interval if it is only slow",
        {}});
}

void Upstream::on_connect_deadline() {
  fail(connect_timeout_failure());
}

Failure Upstream::connect_timeout_failure() const {
  const auto waited =
      std::chrono::duration_cast<std::chrono::seconds>(context_.runtime.now() - connecting_since_);
  const bool greeted = session_ != nullptr && !session_->server().capabilities.empty();
  Failure failure{FailureKind::connect_timeout,
                  0,
                  fmt::format("It did not {} within {} s",
                              greeted ? "list its tools" : "answer initialize", waited.count()),
                  "Run its command by hand to see what it waits for, or raise its connect_timeout",
                  {}};
  if (!std::holds_alternative<StdioLaunch>(spec_.launch)) {
    failure.remedy =
        "Check that a server answers at its url (the name service may hang too), or raise its "
        "connect_timeout";
  } else if (!greeted && session_ != nullptr && session_->garbage_messages() > 0) {
    failure.message +=
        fmt::format("; what it wrote is no MCP message: \"{}\"", session_->first_garbage());
    failure.remedy =
        "Only MCP messages may stand on its standard output: look for the option that starts its "
        "stdio mode, and let it log to stderr";
  }
  return failure;
}

void Upstream::on_unused() {
  if (caller_waits() || in_use()) return;
  idle_stopped_ = true;
  on_stable();
  handle(Event::idle_due, "not used for its idle time");
}

// Ready for a while, or stopped by ourselves while it was well.
void Upstream::on_stable() {
  retry_.note_stable();
  if (memory_.consecutive_failures == 0) return;
  forget_count();
  post_memory();
}

void Upstream::hide_secrets(std::string& message, std::string& remedy) const {
  const base::SecretMask secrets(spec_.secrets);
  secrets.apply(message);
  secrets.apply(remedy);
}

void Upstream::fail(Failure failure) {
  give_reason(failure);
  hide_secrets(failure.message, failure.remedy);
  ++counters_.failures;
  stderr_is_due_ = facts_.connection_open;
  const bool while_starting = state_ == State::connecting;
  const std::string reason = failure.message;
  const base::Error error{error_code(failure.kind),
                          "Server '" + spec_.name + "' failed to start: " + failure.message,
                          failure.remedy};
  const bool login = failure.kind == FailureKind::auth_required;
  const base::Duration retry_after = failure.retry_after;
  memory_.last_failure = std::move(failure);
  memory_.last_failure_wall = context_.runtime.clock.wall_now();
  start_requested_ = false;
  if (login) {
    facts_.login_needed = true;
    retry_.note_login_missing(context_.runtime.now());
  } else {
    facts_.retry_pending = true;
    retry_.note_failure(context_.runtime.now(), context_.runtime.random.unit(), retry_after);
    count_failure();
  }
  post_memory();
  if (while_starting) waiting_.fail_all(error);
  handle(Event::failed, reason);
}

void Upstream::count_failure() {
  const bool counts = !memory_.known_good || context_.host.report_known_good(id_, false);
  if (!counts || context_.host.is_waking()) return;
  ++memory_.consecutive_failures;
  const base::TimePoint now = context_.runtime.now();
  if (!failing_since_) failing_since_ = now;
  switch (patience_with(memory_.consecutive_failures, spec_.auto_disable_threshold,
                        now - *failing_since_)) {
    case Patience::try_again:
      return;
    case Patience::last_chance:
      return retry_.not_later_than(*failing_since_ + kFailingMin);
    case Patience::give_up:
      return propose_auto_disable();
  }
}

void Upstream::forget_count() {
  memory_.consecutive_failures = 0;
  failing_since_.reset();
}

void Upstream::propose_auto_disable() {
  if (commit_pending_) return;
  post_memory();
  commit_pending_ = true;
  std::string reason = fmt::format("{} failures in a row, the last: {}",
                                   memory_.consecutive_failures, memory_.last_failure->message);
  auto done = [self = std::weak_ptr<Upstream*>(self_), ticket = ++commit_ticket_,
               reason](base::Result<void> result) {
    if (const auto upstream = self.lock()) {
      (*upstream)->on_auto_disable_committed(ticket, reason, result);
    }
  };
  context_.outbox.post(
      [id = id_, reason = std::move(reason), done = std::move(done)](FleetObserver& observer) {
        observer.commit_auto_disable(id, reason, done);
      });
}

// An answer to a question that was withdrawn meanwhile (restart, enable, forgiven) changes nothing;
// the memory posted then has overwritten the record.
void Upstream::on_auto_disable_committed(std::uint64_t ticket, const std::string& reason,
                                         const base::Result<void>& result) {
  if (ticket != commit_ticket_ || !commit_pending_) return;
  commit_pending_ = false;
  if (!result.ok()) {
    base::log::warn("fleet", "server={} could not be auto-disabled: {}", spec_.name,
                    result.error().message);
    post_memory();
    if (state_ == State::backoff) arm_retry();
    return;
  }
  memory_.auto_disabled = {reason, context_.runtime.clock.wall_now()};
  facts_.auto_disabled = true;
  post_memory();
  handle(Event::facts_changed, reason);
}

void Upstream::forgive() {
  if (memory_.consecutive_failures == 0 && !commit_pending_) return;
  forget_count();
  const bool waited = std::exchange(commit_pending_, false);
  post_memory();
  if (waited && state_ == State::backoff) arm_retry();
}

void Upstream::on_woken(base::Duration slept) {
  retry_.note_slept(slept);
  if (state_ == State::ready) watch_.probe();
  if (state_ == State::login_required) arm_retry();
  on_cause_over();
}

void Upstream::on_cause_over() {
  if (state_ != State::backoff) return;
  retry_.note_cause_over(context_.runtime.now());
  arm_retry();
}

void Upstream::forget_failures() {
  retry_.forget();
  commit_pending_ = false;
  facts_.retry_pending = false;
  facts_.login_needed = false;
  facts_.auto_disabled = false;
  memory_.auto_disabled.reset();
  forget_count();
  memory_.config_hash = spec_.config_hash;
  post_memory();
}

void Upstream::reset_auto_disable() {
  forget_failures();
  look_again_at_configuration();
  handle(Event::facts_changed, "failures forgotten by request");
}

// While an auto-disable is being written an observation would overwrite it: it waits.
void Upstream::post_memory() {
  if (commit_pending_) return;
  context_.outbox.post([id = id_, memory = memory_](FleetObserver& observer) {
    observer.on_memory_changed(id, memory);
  });
}

}  // namespace upstream
