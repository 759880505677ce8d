// kill -9 behind acknowledged changes, again and again: file, store and what is shown agree, and
// nothing that was acknowledged is lost.
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <csignal>
#include <random>
#include <thread>

#include "base/json.h"
#include "e2e/scale/run.h"
#include "proxy/config/parser.h"

namespace scale {
namespace {

constexpr Area kArea = Area::persistence;
constexpr double kOrphanPatienceMs = 5000;

struct Intent {
  std::map<std::string, std::string> modes;  // of servers
  std::map<std::string, bool> groups;        // enabled
};

Intent intent_of(RestClient& rest) {
  Intent intent;
  for (const auto& [name, server] : rest.servers()) intent.modes[name] = server.mode;
  const auto answer = rest.get("groups");
  for (const rapidjson::Value& group : answer.data()["groups"].GetArray()) {
    intent.groups[std::string(base::json_string(group, "name").value_or(""))] =
        base::json_bool(group, "enabled").value_or(false);
  }
  return intent;
}

Intent intent_of_file(const ScaleConfig& config) {
  Intent intent;
  const auto outcome = proxy::config::parse(text_of(config.path));
  if (!outcome.config) return intent;
  for (const auto& server : outcome.config->servers) {
    intent.modes[server.name] = proxy::config::to_string(server.startup_mode);
  }
  for (const auto& group : outcome.config->groups) intent.groups[group.name] = group.enabled;
  return intent;
}

std::size_t pick(std::mt19937& random, std::size_t below) {
  return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
}

// A change over REST, noted when it was acknowledged.
void change_something(std::mt19937& random, RestClient& rest, Intent& intent,
                      const std::string& but_not) {
  if (pick(random, 4) == 0) {
    // One of ours, which do not hold the server that fails.
    const std::string name = group_of(std::array{5, 20, 50}.at(pick(random, 3)));
    bool& enabled = intent.groups.at(name);
    const auto answer =
        rest.post(fmt::format("groups/{}/{}", name, enabled ? "disable" : "enable"));
    if (answer.status == 200) enabled = !enabled;
    return;
  }
  const auto server = std::next(intent.modes.begin(),
                                static_cast<std::ptrdiff_t>(pick(random, intent.modes.size())));
  if (server->first == but_not) return;
  std::string action = "disable";
  if (server->second == "disabled") {
    action = "enable";
  } else if (server->second == "quarantined") {
    action = "approve";
  } else if (pick(random, 3) == 0) {
    action = "quarantine";
  }
  // A lazy one comes back lazy: the answer says what it is now.
  const auto answer = rest.post(fmt::format("servers/{}/{}", server->first, action));
  if (answer.status != 200) return;
  server->second = base::json_string(answer.data(), "startup_mode").value_or("not told");
}

bool all_gone(const std::vector<pid_t>& pids) {
  const Stopwatch watch;
  const auto lives = [](pid_t pid) { return ::kill(pid, 0) == 0; };
  while (std::any_of(pids.begin(), pids.end(), lives)) {
    if (watch.milliseconds() > kOrphanPatienceMs) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

// Those of `wanted` that are otherwise.
template <class Value>
std::vector<std::string> lost(const std::map<std::string, Value>& wanted,
                              const std::map<std::string, Value>& found) {
  std::vector<std::string> names;
  for (const auto& [name, value] : wanted) {
    const auto other = found.find(name);
    if (other == found.end() || other->second != value) names.push_back(name);
  }
  return names;
}

struct Outcome {
  std::vector<double> ready, searched;
  std::size_t changes = 0;
  std::size_t changes_lost = 0;
};

void check_restarted(Run& run, RunningDaemon& daemon, const ScaleConfig& lazy, const Intent& before,
                     Outcome& outcome) {
  const Intent shown = intent_of(daemon.rest());
  const auto servers = lost(before.modes, shown.modes);
  const auto groups = lost(before.groups, shown.groups);
  outcome.changes_lost += servers.size() + groups.size();
  run.report.require(kArea, servers.empty() && groups.empty(),
                     fmt::format("acknowledged changes are lost: {} {}", fmt::join(servers, ", "),
                                 fmt::join(groups, ", ")));
  const Intent file = intent_of_file(lazy);
  run.report.require(kArea, lost(shown.modes, file.modes).empty() && file.groups == shown.groups,
                     "file and daemon disagree");
  run.report.require(kArea, text_of(lazy.path).starts_with(kComment),
                     "the comment in the file is gone");
  run.report.require(kArea, daemon.rest().servers().at(lazy.failing).state == "auto_disabled",
                     "a server that was given up is tried again");
}

// Changes, a last one that nobody waits for, and SIGKILL in the middle of it.
Intent change_and_kill(Run& run, RunningDaemon& daemon, std::mt19937& random,
                       const ScaleConfig& lazy, Outcome& outcome) {
  RestClient& rest = daemon.rest();
  const bool given_up = rest.wait_for(
      [&](const Servers& servers) { return servers.at(lazy.failing).state == "auto_disabled"; });
  run.report.require(kArea, given_up, "a server that fails at every start is given up");
  Intent now = intent_of(rest);
  for (int i = 0; i < run.times(20, 5); ++i) {
    change_something(random, rest, now, lazy.failing);
    ++outcome.changes;
  }
  const std::vector<pid_t> pids = bench::descendants_of(daemon.pid());
  const std::string unsure = group_of(20);
  rest.post_and_forget(
      fmt::format("groups/{}/{}", unsure, now.groups.at(unsure) ? "disable" : "enable"));
  std::this_thread::sleep_for(std::chrono::microseconds(pick(random, 10'000)));
  daemon.kill();
  now.groups.erase(unsure);
  run.report.require(kArea, all_gone(pids), "a process outlived kill -9 by 5 s");
  return now;
}

}  // namespace

void measure_persistence(Run& run, const ScaleConfig& lazy) {
  std::mt19937 random(20'251'121);  // NOLINT(cert-msc51-cpp): the same changes in every run
  const int rounds = run.times(20, 3);
  Outcome outcome;
  std::optional<Intent> before;
  for (int i = 0; i <= rounds; ++i) {
    const Stopwatch watch;
    RunningDaemon daemon(run, lazy);
    Agent agent(daemon.port(), "/mcp");
    const bool found = !agent.find("create an issue").empty();
    if (before) {
      outcome.searched.push_back(watch.milliseconds());
      outcome.ready.push_back(daemon.ready_after_ms());
      run.report.require(kArea, found, "a search right after kill -9 finds tools");
      check_restarted(run, daemon, lazy, *before, outcome);
    }
    before = change_and_kill(run, daemon, random, lazy, outcome);
  }
  const auto add = [&](const std::string& what, const std::vector<double>& values) {
    run.report.add({kArea, fmt::format("{}, max of {}", what, rounds), "ms", quantile(values, 1),
                    300'000, 1000});
  };
  add("recovery after kill -9, exec to ready", outcome.ready);
  add("recovery after kill -9, exec to the first search answered", outcome.searched);
  run.report.add({kArea,
                  fmt::format("acknowledged changes lost, of {}", outcome.changes),
                  "",
                  static_cast<double>(outcome.changes_lost),
                  1,
                  {}});
}

}  // namespace scale
