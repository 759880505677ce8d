// Groups of 5, 20 and 50 servers, each server in two groups, below one parent: all at once, and
// afterwards everything as it was.
#include <fmt/format.h>

#include "base/json.h"
#include "e2e/scale/run.h"

namespace scale {
namespace {

constexpr Area kArea = Area::groups;
constexpr double kFieldPerServer = 50;  // ms
constexpr double kSuccessLeast = 0.8;   // of the field; here all must succeed

// The answer says that all members are as asked.
void check_answer(Run& run, const RestClient::Answer& answer, int size, const std::string& what) {
  const auto count = [&](const char* name) {
    return base::json_int(answer.data(), name).value_or(-1);
  };
  const rapidjson::Value* failed = base::json_array(answer.data(), "failed_servers");
  run.report.require(kArea, answer.status == 200 && failed != nullptr && failed->Empty(),
                     what + " fails for no member");
  run.report.require(kArea, count("updated") + count("unchanged") == size,
                     what + " tells of every member");
}

bool none_runs(const Servers& servers, const std::set<std::string>& members) {
  return std::all_of(members.begin(), members.end(), [&](const std::string& name) {
    return servers.at(name).pid == 0 && servers.at(name).state != "stopping";
  });
}

bool as_before(const Servers& now, const Servers& before) {
  return std::all_of(before.begin(), before.end(), [&](const auto& entry) {
    const Server& server = now.at(entry.first);
    return server.state == entry.second.state && server.mode == entry.second.mode;
  });
}

void measure_group(Run& run, RunningDaemon& daemon, const std::set<std::string>& members,
                   const std::string& group, const std::string& label) {
  RestClient& rest = daemon.rest();
  const auto size = static_cast<int>(members.size());
  const Servers before = rest.servers();
  std::vector<double> answered, down, up;
  for (int i = 0; i < run.times(5, 1); ++i) {
    const Stopwatch watch;
    const auto off = rest.post("groups/" + group + "/disable");
    answered.push_back(off.milliseconds / size);
    check_answer(run, off, size, "disabling " + group);
    const bool gone = rest.wait_for([&](const Servers& now) { return none_runs(now, members); });
    down.push_back(watch.milliseconds() / size);
    run.report.require(kArea, gone, "no member of a disabled group runs: " + group);
    const Stopwatch second;
    const auto on = rest.post("groups/" + group + "/enable");
    answered.push_back(on.milliseconds / size);
    check_answer(run, on, size, "enabling " + group);
    const bool restored = rest.wait_for([&](const Servers& now) { return as_before(now, before); });
    up.push_back(second.milliseconds() / size);
    run.report.require(kArea, restored, "enabling restores exactly what was: " + group);
  }
  const auto add = [&](const std::string& what, const std::vector<double>& values) {
    run.report.add({kArea,
                    fmt::format("{}: {}, per server", label, what),
                    "ms",
                    quantile(values, 1),
                    kFieldPerServer,
                    {}});
  };
  add("answered, durable", answered);
  add("disabled until none runs", down);
  add("enabled until all are as before", up);
}

// A restart starts all that may run anew; the others are told as failures, and do not fail the
// rest.
void measure_restart(Run& run, RunningDaemon& daemon, const std::set<std::string>& members,
                     const std::string& group) {
  RestClient& rest = daemon.rest();
  const Servers before = rest.servers();
  const auto answer = rest.post("groups/" + group + "/restart");
  const auto updated = base::json_int(answer.data(), "updated").value_or(0);
  const auto may_run = static_cast<double>(
      std::count_if(members.begin(), members.end(), [&](const std::string& name) {
        return before.at(name).mode == "active" || before.at(name).mode == "lazy_loading";
      }));
  run.report.require(kArea, static_cast<double>(updated) >= kSuccessLeast * may_run,
                     "a restart reaches the members that may run");
  const bool back = rest.wait_for([&](const Servers& now) {
    return at_rest(now) &&
           std::all_of(members.begin(), members.end(), [&](const std::string& name) {
             const bool was_ready = before.at(name).state == "ready";
             return !was_ready ||
                    (now.at(name).state == "ready" && now.at(name).pid != before.at(name).pid);
           });
  });
  run.report.require(kArea, back, "restarted members are ready again, each a new process");
}

}  // namespace

void measure_groups(Run& run, RunningDaemon& daemon, const ScaleConfig& eager) {
  std::set<std::string> all;
  for (const auto& [size, members] : eager.members) {
    measure_group(run, daemon, members, group_of(size), fmt::format("group of {}", size));
    all.insert(members.begin(), members.end());
  }
  measure_group(run, daemon, all, kParentGroup, "their parent, 75 servers");
  measure_restart(run, daemon, eager.members.at(20), group_of(20));
}

}  // namespace scale
