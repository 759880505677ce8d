// State events of 20 servers, and of all at once, to 100 subscribers: all of them, in one order,
// soon.
#include <fmt/format.h>

#include "base/json.h"
#include "e2e/scale/event_watch.h"
#include "e2e/scale/run.h"

namespace scale {
namespace {

constexpr Area kArea = Area::events;
constexpr std::size_t kSubscribers = 100;
constexpr int kPromisedSize = 20;  // of the group that the targets are about
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

// A lazy one that runs would not be started again.
std::set<std::string> running_of(RestClient& rest, const std::set<std::string>& members) {
  const Servers all = rest.servers();
  std::set<std::string> running;
  for (const std::string& name : members) {
    const Server& server = all.at(name);
    if (server.state == "ready" && server.mode == "active") running.insert(name);
  }
  return running;
}

// Switches a group off and on while they watch.
void switch_group(Run& run, RunningDaemon& daemon, const std::string& group,
                  const std::set<std::string>& members, int times) {
  RestClient& rest = daemon.rest();
  const std::set<std::string> running = running_of(rest, members);
  EventWatch watch(daemon.port(), daemon.key(), kSubscribers, "");
  std::vector<double> delays, all_told;
  const auto switch_to = [&](const char* action, const char* state) {
    const Stopwatch stopwatch;
    (void)rest.post("groups/" + group + "/" + action);
    const bool told = watch.wait_until_seen(running, state, kPatience);
    all_told.push_back(stopwatch.milliseconds());
    run.report.require(
        kArea, told,
        fmt::format("every subscriber learns that all servers of {} are {}", group, state));
  };
  for (int i = 0; i < times; ++i) {
    switch_to("disable", "disabled");
    switch_to("enable", "ready");
    (void)rest.wait_for(at_rest);
    const auto snapshot = rest.get("servers");
    const std::string last(base::json_string(snapshot.data(), "event_id").value_or(""));
    const auto seen = watch.take_until(last, kPatience);
    if (run.report.require(kArea, !seen.empty(),
                           "every subscriber has all events up to a snapshot")) {
      check_and_measure(run, seen, delays);
    }
  }
  const bool promised = group == group_of(kPromisedSize);
  const std::optional<double> field = promised ? std::optional(3000.0) : std::nullopt;
  const std::optional<double> ours = promised ? std::optional(5.0) : std::nullopt;
  run.report.add({kArea,
                  fmt::format("{} servers change, until {} subscribers know, max", running.size(),
                              kSubscribers),
                  "ms",
                  quantile(all_told, 1),
                  field,
                  {}});
  if (delays.empty()) return;
  const std::string what =
      fmt::format("one event{}, published to read by each of them", promised ? "" : " of those");
  run.report.add({kArea, what + ", p50", "ms", quantile(delays, 0.5), field, {}});
  run.report.add({kArea, what + ", p99", "ms", quantile(delays, 0.99), field, ours});
}

}  // namespace

void measure_events(Run& run, RunningDaemon& daemon, const ScaleConfig& eager) {
  switch_group(run, daemon, group_of(kPromisedSize), eager.members.at(kPromisedSize),
               run.times(5, 1));
  switch_group(run, daemon, kEverybody, eager.everybody, run.times(3, 1));
}

}  // namespace scale
