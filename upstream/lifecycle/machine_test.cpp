#include "upstream/lifecycle/machine.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

namespace upstream {
namespace {

constexpr std::uint32_t kFactsCount = 4 * 128;

Facts facts_of(std::uint32_t bits) {
  Facts facts;
  facts.policy = static_cast<RunPolicy>(bits % 4);
  bits /= 4;
  facts.configured = (bits & 1U) != 0;
  facts.auto_disabled = (bits & 2U) != 0;
  facts.login_needed = (bits & 4U) != 0;
  facts.retry_pending = (bits & 8U) != 0;
  facts.wanted = (bits & 16U) != 0;
  facts.connection_open = (bits & 32U) != 0;
  facts.shutting_down = (bits & 64U) != 0;
  return facts;
}

// Calls `check(from, event, facts, step)` for everything there is.
template <class Check>
void for_every_step(Check check) {
  for (std::uint8_t s = 0; s < kStateCount; ++s) {
    for (std::uint8_t e = 0; e < kEventCount; ++e) {
      for (std::uint32_t f = 0; f < kFactsCount; ++f) {
        const auto from = static_cast<State>(s);
        const auto event = static_cast<Event>(e);
        const Facts facts = facts_of(f);
        check(from, event, facts, step(from, event, facts));
      }
    }
  }
}

TEST_CASE("what may not run never comes to run, whatever happens", "[lifecycle]") {
  for_every_step([](State from, Event event, const Facts& facts, const Step& result) {
    if (may_run(facts) || event == Event::granted) return;
    CAPTURE(to_string(from), to_string(event), to_string(result.to));
    const bool starts = result.to == State::queued && from != State::queued;
    const bool opens = result.to == State::connecting && from != State::connecting;
    REQUIRE_FALSE((starts || opens));
  });
}

TEST_CASE("a change that forbids running ends every state that runs or waits to", "[lifecycle]") {
  for_every_step([](State from, Event event, const Facts& facts, const Step& result) {
    if (event != Event::facts_changed || may_run(facts)) return;
    CAPTURE(to_string(from), to_string(result.to));
    REQUIRE(result.to != State::queued);
    REQUIRE(result.to != State::connecting);
    REQUIRE(result.to != State::ready);
    REQUIRE(result.to != State::backoff);
    if (owns_connection(from)) REQUIRE(result.to == State::stopping);
  });
}

TEST_CASE(
    "a connection is opened on entering connecting and dropped on leaving the last state that owns "
    "one",
    "[lifecycle]") {
  for_every_step([](State from, Event event, const Facts&, const Step& result) {
    CAPTURE(to_string(from), to_string(event), to_string(result.to));
    const bool entered = result.to == State::connecting && from != State::connecting;
    REQUIRE(result.actions.has(Action::open_connection) == entered);
    const bool left = owns_connection(from) && !owns_connection(result.to);
    REQUIRE(result.actions.has(Action::drop_connection) == left);
    const bool closes = result.to == State::stopping && from != State::stopping;
    REQUIRE(result.actions.has(Action::close_connection) == closes);
  });
}

TEST_CASE("leaving connecting gives the lease back, and so does a lease nobody asked for",
          "[lifecycle]") {
  for_every_step([](State from, Event event, const Facts&, const Step& result) {
    CAPTURE(to_string(from), to_string(event));
    const bool leaves = from == State::connecting && result.to != State::connecting;
    const bool stray = event == Event::granted && from != State::queued;
    const bool handshake = from == State::connecting && event == Event::handshaken;
    REQUIRE(result.actions.has(Action::release_lease) == (leaves || stray || handshake));
    REQUIRE(result.actions.has(Action::finish_start) == leaves);
  });
}

TEST_CASE("asking for a slot and arming a retry are always undone on leaving", "[lifecycle]") {
  for_every_step([](State from, Event, const Facts&, const Step& result) {
    const bool moves = result.to != from;
    const auto waits = [](State s) { return s == State::backoff || s == State::login_required; };
    REQUIRE(result.actions.has(Action::enqueue) == (moves && result.to == State::queued));
    REQUIRE(result.actions.has(Action::dequeue) == (moves && from == State::queued));
    REQUIRE(result.actions.has(Action::arm_retry) == (moves && waits(result.to)));
    REQUIRE(result.actions.has(Action::cancel_retry) == (moves && waits(from)));
    REQUIRE(result.actions.has(Action::announce) == (moves && result.to == State::ready));
    REQUIRE(result.actions.has(Action::withdraw) == (moves && from == State::ready));
  });
}

TEST_CASE("only a handshake and a listing lead to ready", "[lifecycle]") {
  for_every_step([](State from, Event event, const Facts&, const Step& result) {
    if (from == State::ready || result.to != State::ready) return;
    REQUIRE(from == State::connecting);
    REQUIRE(event == Event::listed);
  });
}

TEST_CASE("an open connection that failed is closed before anything else", "[lifecycle]") {
  Facts facts;
  facts.wanted = true;
  facts.retry_pending = true;
  facts.connection_open = true;
  CHECK(step(State::connecting, Event::failed, facts).to == State::stopping);
  CHECK(step(State::stopping, Event::closed, facts).to == State::backoff);
  facts.connection_open = false;
  CHECK(step(State::connecting, Event::failed, facts).to == State::backoff);
  CHECK(step(State::ready, Event::failed, facts).to == State::backoff);
}

TEST_CASE("a lazy server rests idle until somebody wants it, and returns there", "[lifecycle]") {
  Facts facts;
  facts.policy = RunPolicy::lazy;
  CHECK(step(State::disabled, Event::facts_changed, facts).to == State::idle);
  facts.wanted = true;
  CHECK(step(State::idle, Event::demand, facts).to == State::queued);
  CHECK(step(State::queued, Event::granted, facts).to == State::connecting);
  CHECK(step(State::connecting, Event::handshaken, facts).to == State::connecting);
  CHECK(step(State::connecting, Event::listed, facts).to == State::ready);
  CHECK(step(State::ready, Event::idle_due, facts).to == State::ready);
  facts.wanted = false;
  CHECK(step(State::ready, Event::idle_due, facts).to == State::stopping);
  CHECK(step(State::stopping, Event::closed, facts).to == State::idle);
}

TEST_CASE("a demand during stopping starts it anew once the old process is gone", "[lifecycle]") {
  Facts facts;
  facts.policy = RunPolicy::lazy;
  facts.wanted = true;
  CHECK(step(State::stopping, Event::demand, facts).to == State::stopping);
  CHECK(step(State::stopping, Event::closed, facts).to == State::queued);
}

TEST_CASE("quarantine and disabling outrank every observation", "[lifecycle]") {
  for (std::uint32_t bits = 0; bits < kFactsCount; ++bits) {
    const Facts facts = facts_of(bits);
    const State rest = rest_state(facts);
    if (facts.policy == RunPolicy::quarantined) CHECK(rest == State::quarantined);
    if (facts.policy == RunPolicy::disabled) CHECK(rest == State::disabled);
    CHECK_FALSE(owns_connection(rest));
  }
}

TEST_CASE("every state has a word that leads back to it", "[lifecycle]") {
  for (std::uint8_t i = 0; i < kStateCount; ++i) {
    const auto state = static_cast<State>(i);
    CHECK(state_from(to_string(state)) == state);
  }
  CHECK_FALSE(state_from("running").has_value());
}

}  // namespace
}  // namespace upstream
