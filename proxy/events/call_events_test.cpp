#include "proxy/events/call_events.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"
#include "proxy/events/event_json.h"

namespace proxy::events {
namespace {

struct Recorder final : CallWatcher {
  std::vector<std::string> log;
  bool stuck = false;
  bool on_call(const CallEvent& event) override {
    log.push_back(event.tool);
    return !stuck;
  }
  bool on_dropped(std::uint64_t count) override {
    log.push_back(fmt::format("dropped {}", count));
    return !stuck;
  }
};

CallEvent call(std::string tool) {
  CallEvent event;
  event.server = "github";
  event.tool = std::move(tool);
  return event;
}

TEST_CASE("no call event is made while nobody watches") {
  base::SimRuntime sim;
  CallEvents calls(sim.turn());
  int made = 0;
  const auto make = [&] {
    made += 1;
    return call("t");
  };
  calls.publish(make);
  CHECK(made == 0);
  Recorder recorder;
  auto watch = calls.watch(recorder);
  calls.publish(make);
  watch.reset();
  calls.publish(make);
  CHECK(made == 1);
}

TEST_CASE("a watcher sees calls from now on, none from before") {
  base::SimRuntime sim;
  CallEvents calls(sim.turn());
  Recorder early;
  Recorder late;
  const auto one = calls.watch(early);
  calls.publish([] { return call("a"); });
  const auto two = calls.watch(late);
  calls.publish([] { return call("b"); });
  sim.settle();
  CHECK(early.log == std::vector<std::string>{"a", "b"});
  CHECK(late.log == std::vector<std::string>{"b"});
}

TEST_CASE("a watcher that falls behind is told how many calls it lost") {
  base::SimRuntime sim;
  CallEvents calls(sim.turn(), 4);
  Recorder recorder;
  recorder.stuck = true;
  const auto watch = calls.watch(recorder);
  calls.publish([] { return call("first"); });
  sim.settle();
  for (int i = 0; i < 7; ++i) calls.publish([] { return call("lost"); });
  recorder.stuck = false;
  watch->resume();
  sim.settle();
  calls.publish([] { return call("next"); });
  sim.settle();
  CHECK(recorder.log == std::vector<std::string>{"first", "dropped 7", "next"});
}

TEST_CASE("a call event reads as JSON, with its error code when it failed") {
  CallEvent event = call("get_me");
  event.outcome = CallOutcome::failed;
  event.error = base::ErrorCode::connection_lost;
  event.duration = std::chrono::microseconds(1'500);
  CHECK(
      to_json(event) ==
      R"({"type":"call","time":"1970-01-01T00:00:00.000Z","server":"github","tool":"get_me",)"
      R"("outcome":"failed","error":"MCPT_CONNECTION_LOST","duration_us":1500,"result_bytes":0})");
}

}  // namespace
}  // namespace proxy::events
