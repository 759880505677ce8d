// Waiting for what a command set in motion: asks the daemon again and again until a server is where
// it was sent, cannot get there, or the time is up.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "proxy/cli/context.h"

namespace proxy::cli {

// running: serving, or stopped but ready to start at the first call (lazy).
enum class Goal : std::uint8_t { running, stopped };
enum class Verdict : std::uint8_t { pending, reached, failed };

// The goal of who gave a server this startup_mode.
Goal goal_of_mode(std::string_view startup_mode);

// Where a server (a row of GET servers, or GET servers/{name}) stands. What is held by a group has
// reached all it can. Pure.
Verdict judge(Goal goal, const rapidjson::Value& server);
// What somebody else has done with it since, against the goal: "was enabled meanwhile"; else empty.
// Pure.
std::string overtaken_by(Goal goal, const rapidjson::Value& server);

struct Missed {
  std::string server;
  base::Error error;  // "backoff: exited with code 1", with the code of its last failure
};
// "github: backoff: exited with code 1".
std::string one_line(const Missed& missed);

struct WaitOutcome {
  std::vector<Missed> missed;
};

// Polls GET servers until all of `names` are reached or failed. Time is counted in the pauses made.
// Errors: what the daemon answered.
base::Result<WaitOutcome> wait_for(Context& context, Goal goal,
                                   const std::vector<std::string>& names,
                                   std::chrono::milliseconds limit);

inline constexpr std::chrono::seconds kWaitDefault{60};

}  // namespace proxy::cli
