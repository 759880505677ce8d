// sim_intent --seeds FROM COUNT | --seed N [--trace]
#include <fmt/format.h>

#include <chrono>

#include "intent_world.h"
#include "seeds.h"

int main(int argc, char** argv) {
  sim::Seeds seeds;
  if (!sim::read_seeds(argc, argv, seeds)) return 2;
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t failed = 0, steps = 0, done = 0, cuts = 0;
  for (std::uint64_t i = 0; i < seeds.count && failed < 10; ++i) {
    sim::Report report(seeds.trace);
    sim::IntentWorld world(seeds.first + i, report);
    world.run();
    steps += world.steps();
    done += world.done();
    cuts += world.power_cuts();
    if (!report.violation()) continue;
    ++failed;
    sim::tell_broken("sim_intent", seeds.first + i, report);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print("{} seeds from {}: {} failed; {} steps, {} commands done, {} power cuts; {:.1f} s\n",
             seeds.count, seeds.first, failed, steps, done, cuts, took.count());
  return failed == 0 ? 0 : 1;
}
