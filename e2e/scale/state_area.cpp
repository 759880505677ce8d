// Reading the state of all servers, and changing that of one, durably.
#include <fmt/format.h>

#include "e2e/scale/run.h"

namespace scale {
namespace {

constexpr Area kArea = Area::state;

}  // namespace

void measure_state(Run& run, RunningDaemon& daemon) {
  RestClient& rest = daemon.rest();
  std::vector<double> reads;
  for (int i = 0; i < run.times(200, 20); ++i) {
    const auto answer = rest.get("servers");
    run.report.require(kArea, answer.status == 200, "GET servers answers");
    reads.push_back(answer.milliseconds);
  }
  run.report.add(
      {kArea, "read all 159 servers over REST, p50", "ms", quantile(reads, 0.5), 1000, {}});
  run.report.add(
      {kArea, "read all 159 servers over REST, p99", "ms", quantile(reads, 0.99), 1000, {}});

  std::vector<double> disabled, enabled, back;
  const std::set<std::string> ready = in_state(rest.servers(), "ready");
  int left = run.times(40, 4);
  for (const std::string& name : ready) {
    if (left-- == 0) break;
    const auto off = rest.post("servers/" + name + "/disable");
    disabled.push_back(off.milliseconds);
    run.report.require(kArea, off.status == 200 && rest.servers()[name].mode == "disabled",
                       "a disabled server is shown as disabled: " + name);
    const Stopwatch watch;
    const auto on = rest.post("servers/" + name + "/enable");
    enabled.push_back(on.milliseconds);
    const bool up =
        rest.wait_for([&](const Servers& all) { return all.at(name).state == "ready"; });
    back.push_back(watch.milliseconds());
    run.report.require(kArea, on.status == 200 && up, "an enabled server becomes ready: " + name);
  }
  run.report.add(
      {kArea, "disable one server, durable, p50", "ms", quantile(disabled, 0.5), 100, {}});
  run.report.add({kArea, "disable one server, durable, max", "ms", quantile(disabled, 1), 100, {}});
  run.report.add({kArea, "enable one server, durable, p50", "ms", quantile(enabled, 0.5), 100, {}});
  run.report.add({kArea, "enable one server, durable, max", "ms", quantile(enabled, 1), 100, {}});
  run.report.add(
      {kArea, "enable one server until it is ready, p50", "ms", quantile(back, 0.5), {}, {}});
}

}  // namespace scale
