// How a simulated MCP server behaves. Values.
#pragma once
#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace sim {

enum class StartKind : std::uint8_t {
  well,
  hang,          // never answers initialize
  hang_listing,  // answers initialize, never tools/list
  exit_at_once,
  spawn_failure,
  refuse,   // answers initialize with an error
  foreign,  // speaks, but no MCP
  needs_login,
};
inline constexpr std::uint8_t kStartKinds = 8;
std::string_view to_string(StartKind kind);

// Shares are probabilities in [0, 1].
struct Behaviour {
  StartKind start = StartKind::well;
  base::Duration handshake_takes{};
  base::Duration answer_takes_max = std::chrono::milliseconds(20);
  base::Duration close_takes = std::chrono::milliseconds(5);
  base::Duration lives_for{};  // zero: until it is closed
  double answers_lost = 0;
  double answers_doubled = 0;
  double answers_damaged = 0;
  double garbage_lines = 0;
  double calls_crash = 0;
  double answers_oversized = 0;
  bool deaf = false;         // stops reading after the listing
  bool asks_client = false;  // sends requests of its own
  bool changes_lists = false;
};

// Any mix of faults; about half are well.
Behaviour random_behaviour(base::Random& random);
// Starts well, loses nothing.
Behaviour good_behaviour(base::Random& random);

}  // namespace sim
