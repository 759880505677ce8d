#include "proxy/activity/call_ledger.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"
#include "storage/sim_store.h"

namespace proxy::activity {
namespace {

using events::CallOutcome;

struct Watcher final : events::CallWatcher {
  bool on_call(const events::CallEvent& event) override {
    seen.push_back(event);
    return true;
  }
  bool on_dropped(std::uint64_t) override { return true; }
  std::vector<events::CallEvent> seen;
};

struct World {
  void end(CallOutcome outcome, std::string_view tool = "echo") {
    CallEnd end;
    end.upstream = 1;
    end.server = "a";
    end.tool = tool;
    end.actor = "local";
    end.outcome = outcome;
    if (outcome == CallOutcome::failed) end.error = base::ErrorCode::deadline_exceeded;
    end.duration = std::chrono::microseconds(1500);
    end.result_bytes = 77;
    ledger.call_ended(end);
  }
  std::vector<storage::ActivityRecord> kept(bool failures_only = false) {
    sim.advance(std::chrono::seconds(1));
    storage::ActivityQuery query;
    query.limit = 1000;
    query.failures_only = failures_only;
    return store.activity(query).value();
  }

  base::SimRuntime sim;
  storage::SimDisk disk;
  storage::SimStore store{sim.runtime(), disk};
  search::ToolIndex index;
  ToolUses uses{sim.runtime(), index, store};
  events::CallEvents events{sim.turn()};
  CallLedger ledger{sim.clock(), uses, events, store};
};

TEST_CASE("a call is kept with who, what, how long and how it ended", "[activity]") {
  World world;
  world.end(CallOutcome::ok);
  world.end(CallOutcome::failed, "slow");
  const auto kept = world.kept();
  REQUIRE(kept.size() == 2);
  CHECK(kept[1].server == "a");
  CHECK(kept[1].tool == "echo");
  CHECK(kept[1].actor == "local");
  CHECK(kept[1].success);
  CHECK(kept[1].duration_us == 1500);
  CHECK(kept[1].response_bytes == 77);
  CHECK(kept[0].tool == "slow");
  CHECK(!kept[0].success);
  CHECK(kept[0].code == to_string(base::ErrorCode::deadline_exceeded));
}

TEST_CASE("successes beyond the rate are counted, failures are all kept", "[activity]") {
  World world;
  for (std::uint32_t i = 0; i < CallLedger::kKeptPerSecondMax + 30; ++i) world.end(CallOutcome::ok);
  for (int i = 0; i < 40; ++i) world.end(CallOutcome::tool_error);
  const auto kept = world.kept();
  CHECK(kept.size() == CallLedger::kKeptPerSecondMax + 40);
  CHECK(kept[39].skipped_before == 30);  // the first failure after them
  CHECK(world.kept(/*failures_only=*/true).size() == 40);
}

TEST_CASE("who watches hears of each call, and a cancelled one says nothing of the tool",
          "[activity]") {
  World world;
  Watcher watcher;
  const auto watch = world.events.watch(watcher);
  world.end(CallOutcome::cancelled);
  world.end(CallOutcome::ok);
  world.sim.settle();
  REQUIRE(watcher.seen.size() == 2);
  CHECK(watcher.seen[0].outcome == CallOutcome::cancelled);
  CHECK(watcher.seen[1].server == "a");
  world.sim.advance(ToolUses::kFlushDelay + std::chrono::seconds(1));
  const auto uses = world.store.load()->uses;
  REQUIRE(uses.size() == 1);
  CHECK(uses[0].tools.at(0).successes == 1);
  CHECK(uses[0].tools.at(0).failures == 0);
}

}  // namespace
}  // namespace proxy::activity
