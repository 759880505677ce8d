#include "proxy/events/event_bus.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"

namespace proxy::events {
namespace {

Event state(std::string server, std::string to = "ready", std::vector<std::string> groups = {}) {
  return ServerStateChanged{std::move(server), std::move(groups), "connecting", std::move(to), ""};
}

struct Recorder final : Subscriber {
  std::vector<std::uint64_t> seqs;
  std::vector<std::pair<std::string, std::string>> gaps;
  std::vector<std::string> log;  // ids and gaps, interleaved
  bool stuck = false;
  std::function<void(const Published&)> then;

  bool on_event(const std::shared_ptr<const Published>& event) override {
    seqs.push_back(event->id().seq);
    log.push_back(to_string(event->id()));
    if (then) then(*event);
    return !stuck;
  }
  bool on_gap(const Gap& gap) override {
    gaps.emplace_back(to_string(gap.from), to_string(gap.to));
    log.push_back("gap");
    return !stuck;
  }
};

struct World {
  base::SimRuntime sim;
  EventBus bus{3, sim.clock(), sim.turn(), 8};
};

using Seqs = std::vector<std::uint64_t>;

TEST_CASE("events arrive in publish order, after the publisher returned") {
  World world;
  Recorder recorder;
  const auto subscription = world.bus.subscribe({}, std::nullopt, recorder);
  CHECK(world.bus.publish(state("a")) == EventId{3, 1});
  CHECK(world.bus.publish(state("b")) == EventId{3, 2});
  CHECK(recorder.seqs.empty());
  world.sim.settle();
  CHECK(recorder.seqs == Seqs{1, 2});
  CHECK(world.bus.last_id() == EventId{3, 2});
}

TEST_CASE("an event published inside a handler comes after all that were published before") {
  World world;
  Recorder first;
  Recorder second;
  first.then = [&](const Published& event) {
    if (event.id().seq == 1) world.bus.publish(state("late"));
  };
  const auto one = world.bus.subscribe({}, std::nullopt, first);
  const auto two = world.bus.subscribe({}, std::nullopt, second);
  world.bus.publish(state("a"));
  world.bus.publish(state("b"));
  world.sim.settle();
  CHECK(first.seqs == Seqs{1, 2, 3});
  CHECK(second.seqs == Seqs{1, 2, 3});
}

TEST_CASE("replay starts right after the given id") {
  World world;
  for (int i = 0; i < 5; ++i) world.bus.publish(state("a"));
  Recorder recorder;
  const auto subscription = world.bus.subscribe({}, EventId{3, 2}, recorder);
  world.sim.settle();
  CHECK(recorder.seqs == Seqs{3, 4, 5});
  CHECK(recorder.gaps.empty());
}

TEST_CASE("replay from before the first event has all of them") {
  World world;
  world.bus.publish(state("a"));
  Recorder recorder;
  const auto subscription = world.bus.subscribe({}, EventId{3, 0}, recorder);
  world.sim.settle();
  CHECK(recorder.seqs == Seqs{1});
}

TEST_CASE("an unknown epoch gets one gap up to now, then what is new") {
  World world;
  for (int i = 0; i < 3; ++i) world.bus.publish(state("a"));
  Recorder recorder;
  const auto subscription = world.bus.subscribe({}, EventId{2, 900}, recorder);
  world.bus.publish(state("b"));
  world.sim.settle();
  CHECK(recorder.log == std::vector<std::string>{"gap", "3-4"});
  CHECK(recorder.gaps.at(0) == std::pair<std::string, std::string>{"2-900", "3-3"});
}

TEST_CASE("an id from the future gets a gap") {
  World world;
  world.bus.publish(state("a"));
  Recorder recorder;
  const auto subscription = world.bus.subscribe({}, EventId{3, 2}, recorder);
  world.sim.settle();
  CHECK(recorder.log == std::vector<std::string>{"gap"});
}

TEST_CASE("replay from before the ring's oldest event is a gap") {
  World world;
  for (int i = 0; i < 9; ++i) world.bus.publish(state("a"));  // 8 fit
  Recorder recorder;
  Recorder just_in_time;
  const auto late = world.bus.subscribe({}, EventId{3, 0}, recorder);
  const auto timely = world.bus.subscribe({}, EventId{3, 1}, just_in_time);
  world.sim.settle();
  CHECK(recorder.log == std::vector<std::string>{"gap"});
  CHECK(recorder.gaps.at(0) == std::pair<std::string, std::string>{"3-0", "3-9"});
  CHECK(just_in_time.seqs == Seqs{2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("a paused subscriber hears nothing until it resumes, and then misses nothing") {
  World world;
  Recorder recorder;
  recorder.stuck = true;
  const auto subscription = world.bus.subscribe({}, std::nullopt, recorder);
  for (int i = 0; i < 5; ++i) world.bus.publish(state("a"));
  world.sim.settle();
  CHECK(recorder.seqs == Seqs{1});
  recorder.stuck = false;
  subscription->resume();
  world.sim.settle();
  CHECK(recorder.seqs == Seqs{1, 2, 3, 4, 5});
  CHECK(recorder.gaps.empty());
}

TEST_CASE("a subscriber slower than the ring gets one gap and goes on with new events") {
  World world;
  Recorder recorder;
  recorder.stuck = true;
  const auto subscription = world.bus.subscribe({}, std::nullopt, recorder);
  for (int i = 0; i < 20; ++i) world.bus.publish(state("a"));
  world.sim.settle();  // sees a gap at once: 20 in one turn do not fit either
  for (int i = 0; i < 20; ++i) world.bus.publish(state("a"));
  world.sim.settle();
  recorder.stuck = false;
  subscription->resume();
  world.sim.settle();
  world.bus.publish(state("b"));
  world.sim.settle();
  CHECK(recorder.log == std::vector<std::string>{"gap", "gap", "3-41"});
  CHECK(recorder.gaps.at(1) == std::pair<std::string, std::string>{"3-20", "3-40"});
}

TEST_CASE(
    "500 subscribers, one of them stuck: the others get everything, in order, serialised once") {
  base::SimRuntime sim;
  EventBus bus(1, sim.clock(), sim.turn(), 1'000);
  struct Counting final : Subscriber {
    std::uint64_t expected = 1;
    bool in_order = true;
    const std::string* text = nullptr;
    bool on_event(const std::shared_ptr<const Published>& event) override {
      in_order = in_order && event->id().seq == expected++;
      text = &event->json();
      return true;
    }
    bool on_gap(const Gap&) override {
      FAIL("no gap");
      return true;
    }
  };
  std::vector<Counting> quick(499);
  Recorder stuck;
  stuck.stuck = true;
  std::vector<std::unique_ptr<EventBus::Subscription>> subscriptions;
  subscriptions.push_back(bus.subscribe({}, std::nullopt, stuck));
  for (Counting& one : quick) subscriptions.push_back(bus.subscribe({}, std::nullopt, one));

  constexpr std::uint64_t kEvents = 636;
  for (std::uint64_t i = 0; i < kEvents; ++i)
    bus.publish(state("s", i % 2 == 0 ? "idle" : "ready"));
  sim.settle();
  for (const Counting& one : quick) {
    REQUIRE(one.in_order);
    REQUIRE(one.expected == kEvents + 1);
    REQUIRE(one.text == quick.front().text);  // the same string, not another copy
  }
  CHECK(stuck.seqs == Seqs{1});
}

TEST_CASE("filters by type, server and group are all applied; a list needs one match") {
  World world;
  Recorder recorder;
  EventFilter filter;
  filter.types = {EventType::server_state_changed, EventType::group_changed};
  filter.groups = {"dev", "ops"};
  const auto subscription = world.bus.subscribe(filter, std::nullopt, recorder);
  world.bus.publish(state("a", "ready", {"dev"}));                      // 1
  world.bus.publish(state("b", "ready", {"web"}));                      // 2
  world.bus.publish(ServerConfigChanged{"a", {"dev"}, Change::added});  // 3
  world.bus.publish(GroupChanged{"ops", Change::changed, false, 2});    // 4
  world.bus.publish(DaemonStateChanged{DaemonState::ready, {}});        // 5
  world.sim.settle();
  CHECK(recorder.seqs == Seqs{1, 4});

  Recorder of_b;
  const auto by_server = world.bus.subscribe({{}, {"b"}, {}}, EventId{3, 0}, of_b);
  world.sim.settle();
  CHECK(of_b.seqs == Seqs{2});
}

TEST_CASE("a subscription may end itself and others inside a callback") {
  World world;
  Recorder a;
  Recorder b;
  auto one = world.bus.subscribe({}, std::nullopt, a);
  auto two = world.bus.subscribe({}, std::nullopt, b);
  a.then = [&](const Published&) {
    one.reset();
    two.reset();
  };
  world.bus.publish(state("x"));
  world.bus.publish(state("y"));
  world.sim.settle();
  CHECK(a.seqs == Seqs{1});
  CHECK(b.seqs.empty());
  CHECK(world.bus.subscriber_count() == 0);
}

TEST_CASE("a subscriber added inside a callback is served in the same turn") {
  World world;
  Recorder a;
  Recorder b;
  std::unique_ptr<EventBus::Subscription> two;
  a.then = [&](const Published&) {
    if (!two) two = world.bus.subscribe({}, EventId{3, 0}, b);
  };
  const auto one = world.bus.subscribe({}, std::nullopt, a);
  world.bus.publish(state("x"));
  world.sim.settle();
  CHECK(b.seqs == Seqs{1});
}

TEST_CASE("an event id is read back only from its own form") {
  CHECK(event_id_from(to_string(EventId{3, 17})) == EventId{3, 17});
  for (const char* bad : {"", "3", "3-", "-1", "3-017", "3-1x", " 3-1", "3-1-2", "+3-1",
                          "3-99999999999999999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(event_id_from(bad));
  }
}

}  // namespace
}  // namespace proxy::events
