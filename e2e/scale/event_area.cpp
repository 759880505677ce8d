// State events of 20 servers to 100 subscribers: all of them, in one order, soon.
#include <fmt/format.h>

#include "base/json.h"
#include "e2e/scale/event_watch.h"
#include "e2e/scale/run.h"

namespace scale {
namespace {

constexpr Area kArea = Area::events;
constexpr std::size_t kSubscribers = 100;
constexpr std::chrono::seconds kPatience(30);

std::vector<std::string> ids_of(const std::vector<SeenEvent>& events) {
  std::vector<std::string> ids;
  for (const SeenEvent& event : events) ids.push_back(event.id);
  return ids;
}

void check_and_measure(Run& run, const std::vector<std::vector<SeenEvent>>& seen,
                       std::vector<double>& delays) {
  const std::vector<std::string> first = ids_of(seen.front());
  run.report.require(kArea,
                     std::set<std::string>(first.begin(), first.end()).size() == first.size(),
                     "no event comes twice");
  for (const std::vector<SeenEvent>& events : seen) {
    run.report.require(kArea, ids_of(events) == first,
                       "every subscriber sees the same events in the same order");
    for (const SeenEvent& event : events) {
      delays.push_back(
          std::chrono::duration<double, std::milli>(event.arrived - event.published).count());
    }
  }
}

}  // namespace

void measure_events(Run& run, RunningDaemon& daemon, const ScaleConfig& eager) {
  const std::string group = group_of(20);
  RestClient& rest = daemon.rest();
  const Servers before = rest.servers();
  std::set<std::string> running;
  for (const std::string& name : eager.members.at(20)) {
    // A lazy one that runs would not be started again.
    const Server& server = before.at(name);
    if (server.state == "ready" && server.mode == "active") running.insert(name);
  }
  EventWatch watch(daemon.port(), daemon.key(), kSubscribers, "");
  std::vector<double> delays, all_told;
  for (int i = 0; i < run.times(5, 1); ++i) {
    const Stopwatch stopwatch;
    (void)rest.post("groups/" + group + "/disable");
    const bool down = watch.wait_until_seen(running, "disabled", kPatience);
    all_told.push_back(stopwatch.milliseconds());
    run.report.require(kArea, down, "every subscriber learns that all servers are disabled");
    const Stopwatch second;
    (void)rest.post("groups/" + group + "/enable");
    const bool up = watch.wait_until_seen(running, "ready", kPatience);
    all_told.push_back(second.milliseconds());
    run.report.require(kArea, up, "every subscriber learns that all servers are ready again");
    (void)rest.wait_for(at_rest);
    const auto snapshot = rest.get("servers");
    const std::string last(base::json_string(snapshot.data(), "event_id").value_or(""));
    const auto seen = watch.take_until(last, kPatience);
    if (run.report.require(kArea, !seen.empty(),
                           "every subscriber has all events up to a snapshot")) {
      check_and_measure(run, seen, delays);
    }
  }
  run.report.add({kArea,
                  fmt::format("{} servers change, until {} subscribers know, max", running.size(),
                              kSubscribers),
                  "ms",
                  quantile(all_told, 1),
                  3000,
                  {}});
  if (delays.empty()) return;
  run.report.add({kArea,
                  "one event, published to read by each of them, p50",
                  "ms",
                  quantile(delays, 0.5),
                  3000,
                  {}});
  run.report.add({kArea, "one event, published to read by each of them, p99", "ms",
                  quantile(delays, 0.99), 3000, 5});
}

}  // namespace scale
