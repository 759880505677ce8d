// The lifecycle of one upstream as data: every (state, event) pair is decided in one table, and
// where an upstream comes to rest follows from facts alone. Pure: no I/O, no clock, no allocation.
//
// The owner (fleet's Upstream) changes the facts first, then calls step(), then performs the
// actions. Actions only start work; their outcome arrives as a later event.
#pragma once
#include <cstdint>
#include <string_view>

#include "upstream/lifecycle/state.h"

namespace upstream {

enum class Event : std::uint8_t {
  facts_changed,  // intent, configuration check, auto-disable or shutdown: look again
  demand,         // a caller or a visit wants it to run
  granted,        // a slot was leased to it
  handshaken,     // the handshake succeeded, the first listing has begun
  listed,         // the first listing is complete
  failed,         // start or connection failed; the facts say whether it is still open
  retry_due,      // the time of the next try has come
  idle_due,       // not used for its idle time
  replace,        // what runs must go; whether it comes again follows from the facts
  closed,         // the connection that was being closed is gone
};
inline constexpr std::uint8_t kEventCount = static_cast<std::uint8_t>(Event::closed) + 1;
std::string_view to_string(Event event);

// What decides where an upstream belongs. Value.
struct Facts {
  RunPolicy policy = RunPolicy::active;
  bool configured = true;        // nothing is known that makes every start fail
  bool auto_disabled = false;    // committed
  bool login_needed = false;     // and its next try lies ahead
  bool retry_pending = false;    // failed, and its next try lies ahead
  bool wanted = false;           // an active server, a waiting call, a visit
  bool connection_open = false;  // a process or connection of it exists
  bool shutting_down = false;    // the daemon ends: nothing starts
};

// Whether it may run at all, now or later.
constexpr bool may_run(const Facts& facts) {
  return (facts.policy == RunPolicy::active || facts.policy == RunPolicy::lazy) &&
         facts.configured && !facts.auto_disabled && !facts.shutting_down;
}

// Where an upstream without a connection belongs.
constexpr State rest_state(const Facts& facts) {
  if (facts.policy == RunPolicy::quarantined) return State::quarantined;
  if (facts.policy == RunPolicy::disabled) return State::disabled;
  if (facts.auto_disabled) return State::auto_disabled;
  if (!facts.configured) return State::unconfigured;
  if (facts.shutting_down) return State::idle;
  if (facts.login_needed) return State::login_required;
  if (facts.retry_pending) return State::backoff;
  return facts.wanted ? State::queued : State::idle;
}

enum class Action : std::uint16_t {
  enqueue = 1U << 0,           // ask for a slot
  dequeue = 1U << 1,           // give up asking
  open_connection = 1U << 2,   // make the transport, start it and the deadline of the start
  close_connection = 1U << 3,  // ask it to end politely
  drop_connection = 1U << 4,   // it is over: forget it, fail what was in flight
  release_lease = 1U << 5,     // give the slot back, when it is still held
  finish_start = 1U << 11,     // it is connecting no more
  announce = 1U << 6,          // send what waits, watch health and idleness
  withdraw = 1U << 7,          // stop watching
  arm_retry = 1U << 8,
  cancel_retry = 1U << 9,
  refuse_waiting = 1U << 10,  // calls that wait will not be served: fail them
};

// A set of actions. Value.
class Actions {
 public:
  constexpr Actions() = default;
  constexpr Actions(Action action)  // NOLINT(google-explicit-constructor)
      : bits_(static_cast<std::uint16_t>(action)) {}
  constexpr bool has(Action action) const {
    return (bits_ & static_cast<std::uint16_t>(action)) != 0;
  }
  constexpr Actions operator|(Actions other) const { return Actions(bits_ | other.bits_); }
  constexpr bool empty() const { return bits_ == 0; }
  bool operator==(const Actions&) const = default;

 private:
  constexpr explicit Actions(unsigned bits) : bits_(static_cast<std::uint16_t>(bits)) {}
  std::uint16_t bits_ = 0;
};
constexpr Actions operator|(Action a, Action b) {
  return Actions(a) | Actions(b);
}

// How a state answers an event.
enum class Reaction : std::uint8_t {
  stay,              // has no bearing here
  unexpected,        // cannot happen; ignored, a lease offered with it is given back
  settle,            // to rest_state()
  open,              // to connecting
  note_handshake,    // stays; the lease goes back
  serve,             // to ready
  fail,              // to stopping while the connection is open, else to rest_state()
  stop_if_barred,    // to stopping unless may_run()
  stop_if_unwanted,  // to stopping unless wanted
  stop,              // to stopping
};

Reaction reaction(State state, Event event);

struct Step {
  State to = State::disabled;
  Actions actions;
  bool expected = true;
};

Step step(State from, Event on, const Facts& facts);

}  // namespace upstream
