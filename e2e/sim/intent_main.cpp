// sim_intent --seeds FROM COUNT | --seed N [--trace]
#include <fmt/format.h>

#include <chrono>

#include "intent_world.h"
#include "seeds.h"

int main(int argc, char** argv) {
  sim::Seeds seeds;
  if (!sim::read_seeds(argc, argv, seeds)) return 2;
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t steps = 0, done = 0, cuts = 0;
  const auto live = [&](std::uint64_t seed, sim::Report& report) {
    sim::IntentWorld world(seed, report);
    world.run();
    steps += world.steps();
    done += world.done();
    cuts += world.power_cuts();
  };
  const std::uint64_t failed = sim::run_seeds("sim_intent", seeds, live);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print("{} seeds from {}: {} failed; {} steps, {} commands done, {} power cuts; {:.1f} s\n",
             seeds.count, seeds.first, failed, steps, done, cuts, took.count());
  return failed == 0 ? 0 : 1;
}
