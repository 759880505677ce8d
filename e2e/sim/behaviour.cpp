#include "behaviour.h"

#include <array>

namespace sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

base::Duration up_to(base::Random& random, base::Duration max) {
  return milliseconds(random.below(
      static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(max).count()) + 1));
}

bool chance(base::Random& random, double share) {
  return random.unit() < share;
}

}  // namespace

std::string_view to_string(StartKind kind) {
  constexpr std::array<std::string_view, kStartKinds> kWords{
      "well",          "hang",   "hang_listing", "exit_at_once",
      "spawn_failure", "refuse", "foreign",      "needs_login"};
  return kWords[static_cast<std::size_t>(kind)];
}

Behaviour good_behaviour(base::Random& random) {
  Behaviour behaviour;
  behaviour.handshake_takes = up_to(random, seconds(3));
  behaviour.close_takes = up_to(random, milliseconds(100));
  return behaviour;
}

Behaviour random_behaviour(base::Random& random) {
  Behaviour behaviour = good_behaviour(random);
  if (chance(random, 0.4)) return behaviour;
  if (chance(random, 0.4)) behaviour.start = static_cast<StartKind>(random.below(kStartKinds));
  if (chance(random, 0.2)) behaviour.handshake_takes = up_to(random, seconds(90));
  if (chance(random, 0.2)) behaviour.close_takes = up_to(random, seconds(7));
  if (chance(random, 0.1)) behaviour.close_takes = seconds(60);  // the fleet must not wait for it
  if (chance(random, 0.2)) behaviour.answer_takes_max = up_to(random, seconds(40));
  if (chance(random, 0.3)) behaviour.lives_for = up_to(random, seconds(120)) + milliseconds(1);
  if (chance(random, 0.2)) behaviour.answers_lost = random.unit() * 0.5;
  if (chance(random, 0.2)) behaviour.answers_doubled = random.unit();
  if (chance(random, 0.1)) behaviour.answers_damaged = random.unit() * 0.5;
  if (chance(random, 0.2)) behaviour.garbage_lines = random.unit();
  if (chance(random, 0.1)) behaviour.calls_crash = random.unit() * 0.5;
  if (chance(random, 0.1)) behaviour.answers_oversized = random.unit() * 0.3;
  behaviour.deaf = chance(random, 0.05);
  behaviour.asks_client = chance(random, 0.3);
  behaviour.changes_lists = chance(random, 0.2);
  return behaviour;
}

}  // namespace sim
