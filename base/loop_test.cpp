#include "base/loop.h"

#include <catch2/catch.hpp>
#include <thread>

#include "base/mailbox.h"
#include "base/offload.h"
#include "base/sim_runtime.h"

namespace base {
namespace {

using std::chrono::milliseconds;

struct Waiter {
  Loop& loop;
  TimePoint fired_at{};
  int turn_ends = 0;
  void on_due() {
    fired_at = loop.now();
    loop.turn().schedule(hook);
  }
  void on_turn_end() {
    ++turn_ends;
    loop.stop();
  }
  Timer<Waiter, &Waiter::on_due> timer{*this};
  EndOfTurn<Waiter, &Waiter::on_turn_end> hook{*this};
};

TEST_CASE("a loop fires timers no sooner than due and runs end-of-turn work after them", "[base]") {
  Loop loop(1);
  Waiter waiter{loop};
  const TimePoint due = loop.now() + milliseconds(5);
  loop.timers().start(waiter.timer, due);
  loop.run();
  CHECK(waiter.fired_at >= due);
  CHECK(waiter.turn_ends == 1);
}

TEST_CASE("end-of-turn work that schedules itself does not keep the loop from its timers",
          "[base]") {
  Loop loop(1);
  int rounds = 0;
  bool done = false;
  std::function<void()> again = [&] {
    ++rounds;
    if (!done) loop.turn().defer(again);
  };
  loop.turn().defer(again);
  Waiter waiter{loop};
  loop.timers().start(waiter.timer, loop.now() + milliseconds(2));
  loop.run();
  done = true;
  loop.turn().drain();
  CHECK(waiter.turn_ends == 1);
  CHECK(rounds > 1);
}

TEST_CASE("one turn without a wait returns, with nothing to do and with a timer far away",
          "[base]") {
  Loop loop(1);
  loop.run_once(milliseconds(0));
  Waiter waiter{loop};
  loop.timers().start(waiter.timer, loop.now() + std::chrono::hours(1));
  for (int turn = 0; turn < 3; ++turn) loop.run_once(milliseconds(0));
  CHECK(waiter.turn_ends == 0);
}

TEST_CASE("a mailbox delivers messages of other threads in order, and refuses beyond its bound",
          "[base][threads]") {
  Loop loop(1);
  std::vector<int> received;
  Mailbox<int> mailbox(loop, 1000, [&](int&& message) { received.push_back(message); });
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 4; ++sender) {
    senders.emplace_back([&mailbox, sender] {
      for (int i = 0; i < 100; ++i) REQUIRE(mailbox.post(sender * 1000 + i));
    });
  }
  while (received.size() < 400) loop.run_once(milliseconds(50));
  for (std::thread& sender : senders) sender.join();
  for (int sender = 0; sender < 4; ++sender) {
    int expected = sender * 1000;
    for (const int message : received) {
      if (message / 1000 == sender) CHECK(message == expected++);
    }
  }
  Mailbox<int> small(loop, 1, [](int&&) {});
  CHECK(small.post(1));
  CHECK(!small.post(2));
}

TEST_CASE("offloaded work runs beside the loop and ends on it", "[base][threads]") {
  Loop loop(1);
  const auto loop_thread = std::this_thread::get_id();
  std::thread::id worked_on, ended_on;
  offload(
      loop, [&] { worked_on = std::this_thread::get_id(); },
      [&] {
        ended_on = std::this_thread::get_id();
        loop.stop();
      });
  CHECK(ended_on == std::thread::id());
  loop.run();
  CHECK(worked_on != loop_thread);
  CHECK(ended_on == loop_thread);
}

TEST_CASE("an object retired in its own callback is destroyed after the callback has returned",
          "[base]") {
  TurnQueue queue;
  bool alive = true;
  struct Flag {
    bool& alive;
    ~Flag() { alive = false; }
  };
  auto flag = std::unique_ptr<Flag>(new Flag{alive});
  queue.defer([&] {
    queue.retire(std::move(flag));
    CHECK(alive);
  });
  queue.drain();
  CHECK(!alive);
}

TEST_CASE("a cancelled or destroyed hook never runs, and a hook runs once a turn", "[base]") {
  TurnQueue queue;
  struct Counter {
    int runs = 0;
    void run() { ++runs; }
    EndOfTurn<Counter, &Counter::run> hook{*this};
  };
  Counter kept, cancelled;
  queue.schedule(kept.hook);
  queue.schedule(kept.hook);
  queue.schedule(cancelled.hook);
  {
    Counter gone;
    queue.schedule(gone.hook);
  }
  cancelled.hook.cancel();
  queue.drain();
  CHECK(kept.runs == 1);
  CHECK(cancelled.runs == 0);
  CHECK(queue.empty());
}

TEST_CASE("simulated time stops at each timer on the way", "[base]") {
  SimRuntime sim;
  struct Repeater {
    SimRuntime& sim;
    std::vector<TimePoint> fired{};
    void on_due() {
      fired.push_back(sim.clock().now());
      if (fired.size() < 3) sim.runtime().start(timer, milliseconds(10));
    }
    Timer<Repeater, &Repeater::on_due> timer{*this};
  } repeater{sim};
  const TimePoint start = sim.clock().now();
  sim.runtime().start(repeater.timer, milliseconds(10));
  sim.advance(milliseconds(100));
  CHECK(repeater.fired ==
        std::vector{start + milliseconds(10), start + milliseconds(20), start + milliseconds(30)});
  CHECK(sim.clock().now() == start + milliseconds(100));
}

}  // namespace
}  // namespace base
