#include "upstream/lifecycle/machine.h"

#include <array>

namespace upstream {
namespace {

using Row = std::array<Reaction, kEventCount>;

constexpr auto kStay = Reaction::stay;
constexpr auto kNever = Reaction::unexpected;
constexpr auto kRest = Reaction::settle;

// Without a connection, an upstream that is not queued goes where the facts put it. What belongs to
// a connection (granted, handshaken, listed, failed) cannot come, a late timer or end may.
constexpr Row kAtRest{
    /* facts_changed */ kRest,
    /* demand        */ kRest,
    /* granted       */ kNever,
    /* handshaken    */ kNever,
    /* listed        */ kNever,
    /* failed        */ kNever,
    /* retry_due     */ kRest,
    /* idle_due      */ kStay,
    /* replace       */ kRest,
    /* closed        */ kNever,
};

constexpr Row kQueued{
    /* facts_changed */ kRest,
    /* demand        */ kStay,
    /* granted       */ Reaction::open,
    /* handshaken    */ kNever,
    /* listed        */ kNever,
    /* failed        */ kNever,
    /* retry_due     */ kStay,
    /* idle_due      */ kStay,
    /* replace       */ kRest,
    /* closed        */ kNever,
};

constexpr Row kConnecting{
    /* facts_changed */ Reaction::stop_if_barred,
    /* demand        */ kStay,
    /* granted       */ kNever,
    /* handshaken    */ Reaction::note_handshake,
    /* listed        */ Reaction::serve,
    /* failed        */ Reaction::fail,
    /* retry_due     */ kStay,
    /* idle_due      */ kStay,
    /* replace       */ Reaction::stop,
    /* closed        */ kNever,
};

constexpr Row kReady{
    /* facts_changed */ Reaction::stop_if_barred,
    /* demand        */ kStay,
    /* granted       */ kNever,
    /* handshaken    */ kNever,
    /* listed        */ kStay,
    /* failed        */ Reaction::fail,
    /* retry_due     */ kStay,
    /* idle_due      */ Reaction::stop_if_unwanted,
    /* replace       */ Reaction::stop,
    /* closed        */ kNever,
};

// Whatever happens while it is being closed shows in the facts when it is gone.
constexpr Row kStopping{
    /* facts_changed */ kStay,
    /* demand        */ kStay,
    /* granted       */ kNever,
    /* handshaken    */ kStay,
    /* listed        */ kStay,
    /* failed        */ kStay,
    /* retry_due     */ kStay,
    /* idle_due      */ kStay,
    /* replace       */ kStay,
    /* closed        */ kRest,
};

constexpr const Row& row_of(State state) {
  switch (state) {
    case State::disabled:
    case State::quarantined:
    case State::unconfigured:
    case State::idle:
    case State::backoff:
    case State::login_required:
    case State::auto_disabled:
      return kAtRest;
    case State::queued:
      return kQueued;
    case State::connecting:
      return kConnecting;
    case State::ready:
      return kReady;
    case State::stopping:
      return kStopping;
  }
  return kAtRest;
}

State target(State from, Reaction reaction, const Facts& facts) {
  switch (reaction) {
    case Reaction::stay:
    case Reaction::unexpected:
    case Reaction::note_handshake:
      return from;
    case Reaction::settle:
      return rest_state(facts);
    case Reaction::open:
      return State::connecting;
    case Reaction::serve:
      return State::ready;
    case Reaction::fail:
      return facts.connection_open ? State::stopping : rest_state(facts);
    case Reaction::stop_if_barred:
      return may_run(facts) ? from : State::stopping;
    case Reaction::stop_if_unwanted:
      return facts.wanted ? from : State::stopping;
    case Reaction::stop:
      return State::stopping;
  }
  return from;
}

Actions on_leave(State state) {
  switch (state) {
    case State::queued:
      return Action::dequeue;
    case State::connecting:
      return Action::release_lease | Action::finish_start;
    case State::ready:
      return Action::withdraw;
    case State::backoff:
    case State::login_required:
      return Action::cancel_retry;
    case State::disabled:
    case State::quarantined:
    case State::unconfigured:
    case State::idle:
    case State::auto_disabled:
    case State::stopping:
      break;
  }
  return {};
}

Actions on_enter(State state) {
  switch (state) {
    case State::disabled:
    case State::quarantined:
    case State::unconfigured:
    case State::auto_disabled:
      return Action::refuse_waiting;
    case State::idle:
      break;
    case State::queued:
      return Action::enqueue;
    case State::connecting:
      return Action::open_connection;
    case State::ready:
      return Action::announce;
    case State::backoff:
      return Action::arm_retry;
    case State::login_required:
      return Action::arm_retry | Action::refuse_waiting;
    case State::stopping:
      return Action::close_connection;
  }
  return {};
}

}  // namespace

std::string_view to_string(Event event) {
  constexpr std::array<std::string_view, kEventCount> kWords{
      "facts_changed", "demand",    "granted",  "handshaken", "listed",
      "failed",        "retry_due", "idle_due", "replace",    "closed"};
  return kWords[static_cast<std::size_t>(event)];
}

Reaction reaction(State state, Event event) {
  return row_of(state)[static_cast<std::size_t>(event)];
}

Step step(State from, Event on, const Facts& facts) {
  const Reaction how = reaction(from, on);
  Step result{target(from, how, facts), {}, how != Reaction::unexpected};
  if (how == Reaction::note_handshake) result.actions = Action::release_lease;
  if (how == Reaction::unexpected && on == Event::granted) result.actions = Action::release_lease;
  if (result.to == from) return result;
  result.actions = result.actions | on_leave(from) | on_enter(result.to);
  if (owns_connection(from) && !owns_connection(result.to)) {
    result.actions = result.actions | Action::drop_connection;
  }
  return result;
}

}  // namespace upstream
