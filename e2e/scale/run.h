// What the areas share: where they report, what they start. Resource.
#pragma once
#include <filesystem>
#include <string>

#include "e2e/bench/daemon.h"
#include "e2e/scale/client.h"
#include "e2e/scale/metric.h"
#include "e2e/scale/scale_config.h"

namespace scale {

struct Run {
  Report report;
  bool is_short = false;  // fewer repetitions, the same promises
  std::string mcptrunk;
  std::filesystem::path folder;
  // As many as the full run does, or fewer.
  int times(int full, int brief) const { return is_short ? brief : full; }
};

// A daemon and its user. Ends with SIGTERM when destroyed.
class RunningDaemon {
 public:
  RunningDaemon(const Run& run, const ScaleConfig& config);

  RestClient& rest() { return rest_; }
  std::uint16_t port() const { return daemon_.port(); }
  const std::string& key() const { return key_; }
  pid_t pid() const { return daemon_.program().pid(); }
  double ready_after_ms() const { return ready_after_ms_; }
  // SIGKILL, and its end.
  void kill();
  // SIGTERM, and its exit code.
  int stop();

 private:
  static bench::Daemon start(const Run& run, const ScaleConfig& config);
  Stopwatch watch_;  // first: it runs while the daemon starts
  bench::Daemon daemon_;
  double ready_after_ms_;
  std::string key_;
  RestClient rest_;
};

// The seven areas. Each starts what it needs, or is given what runs.
void measure_configuration(Run& run, const ScaleConfig& lazy);
void measure_discovery(Run& run, RunningDaemon& daemon);
void measure_memory(Run& run, RunningDaemon& daemon, const ScaleConfig& lazy);
void measure_persistence(Run& run, const ScaleConfig& lazy);
void measure_state(Run& run, RunningDaemon& daemon);
void measure_groups(Run& run, RunningDaemon& daemon, const ScaleConfig& eager);
void measure_events(Run& run, RunningDaemon& daemon, const ScaleConfig& eager);

// --- words for what is waited for ---

// Nobody is starting or stopping.
bool at_rest(const Servers& servers);
// The names of those in a state.
std::set<std::string> in_state(const Servers& servers, const std::string& state);

}  // namespace scale
