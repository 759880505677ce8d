// sim_fleet --seeds FROM COUNT | --seed N [--trace]
#include <fmt/format.h>

#include <chrono>

#include "seeds.h"
#include "world.h"

int main(int argc, char** argv) {
  sim::Seeds seeds;
  if (!sim::read_seeds(argc, argv, seeds)) return 2;
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t steps = 0, starts = 0, calls = 0, answered = 0, relayed = 0;
  const auto live = [&](std::uint64_t seed, sim::Report& report) {
    sim::World world(seed, report);
    world.run();
    steps += world.steps();
    starts += world.starts();
    calls += world.callers().made();
    answered += world.callers().answered();
    relayed += world.questions().relayed();
  };
  const std::uint64_t failed = sim::run_seeds("sim_fleet", seeds, live);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print(
      "{} seeds from {}: {} failed; {} steps, {} starts, {} calls, {} answered, {} questions "
      "to clients; {:.1f} s\n",
      seeds.count, seeds.first, failed, steps, starts, calls, answered, relayed, took.count());
  return failed == 0 ? 0 : 1;
}
