// Loading the configuration, the first start, and the next ones.
#include <fmt/format.h>

#include "e2e/scale/run.h"
#include "proxy/config/parser.h"

namespace scale {
namespace {

constexpr Area kArea = Area::configuration;
constexpr const char* kQuery = "create an issue";

void measure_loading(Run& run, const ScaleConfig& lazy) {
  std::vector<double> parsed;
  for (int i = 0; i < run.times(50, 5); ++i) {
    const Stopwatch watch;
    const auto outcome = proxy::config::parse(text_of(lazy.path));
    parsed.push_back(watch.milliseconds());
    run.report.require(kArea, outcome.config && outcome.config->servers.size() == 159,
                       "the 159 servers are read without a mistake");
  }
  run.report.add(
      {kArea, "load and validate 159 servers, p50", "ms", quantile(parsed, 0.5), 5000, 10});
  const Stopwatch watch;
  auto check = bench::Program::start({run.mcptrunk, "config", "check", lazy.path.string()},
                                     (run.folder / "check.log").string());
  while (check && check->read_line(std::chrono::seconds(10))) {
  }
  const int code = check ? check->wait() : -1;
  run.report.add(
      {kArea, "`config check` of it, exec to exit", "ms", watch.milliseconds(), 5000, {}});
  run.report.require(kArea, code == 0, "`config check` finds nothing wrong");
}

// Every server that may run has been seen, but for the one that cannot start.
bool all_known(const Servers& servers, const std::string& failing) {
  return std::all_of(servers.begin(), servers.end(), [&](const auto& entry) {
    const auto& [name, server] = entry;
    const bool may_run = server.mode == "active" || server.mode == "lazy_loading";
    return !may_run || server.tools > 0 || name == failing;
  });
}

void measure_cold_start(Run& run, const ScaleConfig& lazy) {
  const Stopwatch watch;
  RunningDaemon daemon(run, lazy);
  run.report.add({kArea, "cold start, exec to ready", "ms", daemon.ready_after_ms(), 30'000, {}});
  const bool known = daemon.rest().wait_for(
      [&](const Servers& servers) { return all_known(servers, lazy.failing); });
  run.report.add({kArea,
                  "cold start, exec to the tools of all enabled servers",
                  "ms",
                  watch.milliseconds(),
                  30'000,
                  {}});
  run.report.require(kArea, known, "the tools of all enabled servers are known");
  const bool quiet = daemon.rest().wait_for([](const Servers& servers) {
    return at_rest(servers) && in_state(servers, "ready").empty();
  });
  run.report.require(kArea, quiet, "lazy servers that nobody needs are stopped again");
  run.report.require(kArea, daemon.rest().servers().size() == 159, "all 159 servers are shown");
  run.report.require(kArea, daemon.stop() == 0, "SIGTERM ends it with 0");
}

void measure_warm_starts(Run& run, const ScaleConfig& lazy) {
  std::vector<double> ready, searched;
  for (int i = 0; i < run.times(10, 2); ++i) {
    const Stopwatch watch;
    RunningDaemon daemon(run, lazy);
    Agent agent(daemon.port(), "/mcp");
    const bool found = !agent.find(kQuery).empty();
    searched.push_back(watch.milliseconds());
    ready.push_back(daemon.ready_after_ms());
    run.report.require(kArea, found, "a search after a restart finds tools");
    run.report.require(kArea, in_state(daemon.rest().servers(), "ready").empty(),
                       "no server was needed for it");
  }
  run.report.add({kArea, "warm start, exec to ready, p50", "ms", quantile(ready, 0.5), 30'000, {}});
  run.report.add({kArea, "warm start, exec to the first search answered, p50", "ms",
                  quantile(searched, 0.5), 15'000, 150});
}

}  // namespace

void measure_configuration(Run& run, const ScaleConfig& lazy) {
  measure_loading(run, lazy);
  measure_cold_start(run, lazy);
  measure_warm_starts(run, lazy);
}

}  // namespace scale
