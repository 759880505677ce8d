// sim_fleet --seeds FROM COUNT | --seed N [--trace]
#include <fmt/format.h>

#include <chrono>

#include "seeds.h"
#include "world.h"

int main(int argc, char** argv) {
  sim::Seeds arguments;
  if (!sim::read_seeds(argc, argv, arguments)) return 2;
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t failed = 0;
  std::uint64_t steps = 0;
  std::uint64_t starts = 0;
  std::uint64_t calls = 0;
  std::uint64_t answered = 0;
  std::uint64_t relayed = 0;
  for (std::uint64_t i = 0; i < arguments.count && failed < 10; ++i) {
    const std::uint64_t seed = arguments.first + i;
    sim::Report report(arguments.trace);
    sim::World world(seed, report);
    world.run();
    steps += world.steps();
    starts += world.starts();
    calls += world.callers().made();
    answered += world.callers().answered();
    relayed += world.questions().relayed();
    if (!report.violation()) continue;
    ++failed;
    sim::tell_broken("sim_fleet", seed, report);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print(
      "{} seeds from {}: {} failed; {} steps, {} starts, {} calls, {} answered, {} questions "
      "to clients; {:.1f} s\n",
      arguments.count, arguments.first, failed, steps, starts, calls, answered, relayed,
      took.count());
  return failed == 0 ? 0 : 1;
}
