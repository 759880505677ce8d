// Rounds of stress, and whether anything is left of them: memory, files, threads, processes.
#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include "e2e/scale/event_watch.h"
#include "e2e/scale/run.h"

namespace scale {
namespace {

constexpr Area kArea = Area::memory;
// The rings of events and activity, and caches of the allocator, fill up in the first rounds.
constexpr double kGrowthMaxMib = 4;

// Every server is called once, by callers at the same time. Returns how many calls failed.
std::size_t call_all(RunningDaemon& daemon, const std::vector<std::string>& ids) {
  constexpr std::size_t kCallers = 10;
  std::atomic<std::size_t> next = 0, failed = 0;
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      Agent agent(daemon.port(), "/mcp");
      for (std::size_t at = next++; at < ids.size(); at = next++) {
        if (!agent.call(ids[at])) ++failed;
      }
      agent.close();
    });
  }
  for (std::thread& caller : callers) caller.join();
  return failed;
}

// The id of one tool of every server that can be called.
std::vector<std::string> one_tool_each(RunningDaemon& daemon, const ScaleConfig& lazy) {
  std::vector<std::string> ids;
  for (const auto& [name, server] : daemon.rest().servers()) {
    if (server.tools == 0 || name == lazy.failing) continue;
    const auto answer = daemon.rest().get("servers/" + name + "/tools");
    ids.emplace_back(answer.data()["tools"][0]["id"].GetString());
  }
  return ids;
}

void sessions_come_and_go(RunningDaemon& daemon, int count) {
  for (int i = 0; i < count; ++i) {
    Agent agent(daemon.port(), i % 2 == 0 ? "/mcp" : "/mcp/all");
    (void)agent.find("create an issue");
    agent.close();
  }
}

void round_of_stress(Run& run, RunningDaemon& daemon, const std::vector<std::string>& ids) {
  const std::size_t failed = call_all(daemon, ids);
  run.report.require(kArea, failed == 0, fmt::format("{} of {} calls failed", failed, ids.size()));
  sessions_come_and_go(daemon, run.times(200, 20));
  {
    const EventWatch watch(daemon.port(), daemon.key(), 50, "?replay=all");
    for (const int size : {5, 20, 50}) {
      (void)daemon.rest().post("groups/" + group_of(size) + "/disable");
      (void)daemon.rest().post("groups/" + group_of(size) + "/enable");
    }
  }
  ::kill(daemon.pid(), SIGHUP);
  for (int i = 0; i < run.times(100, 10); ++i) (void)daemon.rest().get("servers");
}

// Idle again: nobody runs, and the daemon has closed what it keeps open for a while.
bench::ProcessStats settled(Run& run, RunningDaemon& daemon) {
  const bool idle = daemon.rest().wait_for([](const Servers& servers) {
    return at_rest(servers) && in_state(servers, "ready").empty();
  });
  run.report.require(kArea, idle, "all servers are idle again after the stress");
  return bench::stats_of(daemon.pid());
}

void measure_sessions(Run& run, RunningDaemon& daemon) {
  const int count = run.times(1000, 100);
  std::vector<std::unique_ptr<Agent>> agents;
  for (int i = 0; i < count; ++i) agents.push_back(std::make_unique<Agent>(daemon.port(), "/mcp"));
  const bench::ProcessStats stats = bench::stats_of(daemon.pid());
  run.report.add({kArea,
                  fmt::format("RssAnon with {} sessions open", count),
                  "MiB",
                  stats.rss_anon_mib,
                  {},
                  100});
  for (const auto& agent : agents) agent->close();
}

}  // namespace

void measure_memory(Run& run, RunningDaemon& daemon, const ScaleConfig& lazy) {
  const bench::ProcessStats idle = settled(run, daemon);
  run.report.add({kArea, "RssAnon, all of 159 servers idle", "MiB", idle.rss_anon_mib, {}, 40});
  run.report.add({kArea, "RssFile, all of 159 servers idle", "MiB", idle.rss_file_mib, {}, {}});
  run.report.add({kArea,
                  "open files, all of 159 servers idle",
                  "",
                  static_cast<double>(idle.open_files),
                  {},
                  {}});
  run.report.add({kArea, "threads", "", static_cast<double>(idle.threads), {}, {}});

  const std::vector<std::string> ids = one_tool_each(daemon, lazy);
  round_of_stress(run, daemon, ids);
  const bench::ProcessStats before = settled(run, daemon);
  const int rounds = run.times(5, 1);
  for (int i = 0; i < rounds; ++i) round_of_stress(run, daemon, ids);
  const bench::ProcessStats after = settled(run, daemon);

  run.report.add({kArea,
                  fmt::format("RssAnon after {} rounds of stress", rounds),
                  "MiB",
                  after.rss_anon_mib,
                  {},
                  {}});
  const double growth = after.rss_anon_mib - before.rss_anon_mib;
  run.report.add({kArea,
                  fmt::format("RssAnon grown in {} rounds of stress", rounds),
                  "MiB",
                  growth,
                  kGrowthMaxMib,
                  {}});
  run.report.require(kArea, growth < kGrowthMaxMib, fmt::format("RssAnon grew by {} MiB", growth));
  const auto same = [&](const char* what, std::size_t was, std::size_t is) {
    run.report.require(kArea, is <= was, fmt::format("{} grew from {} to {}", what, was, is));
  };
  same("open files", before.open_files, after.open_files);
  same("threads", before.threads, after.threads);
  same("processes", before.children, after.children);
  run.report.require(kArea, after.children == 0, "no process is left of servers that idle");
  measure_sessions(run, daemon);
}

}  // namespace scale
