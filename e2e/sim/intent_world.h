// One simulated life of the configuration: the real writer, journal, store front, edits, groups and
// recovery, over a disk that fails, an operator, an editor that saves at any moment, and power cuts
// between any two steps. All from one seed. Resource.
//
// What must hold: a command answered as done is in the file for ever; one that was refused is not;
// what the user saved is never lost; after a start file, store and memory agree and nothing lies
// about; a server's effective mode is what its own mode and its groups say.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/sim_file_system.h"
#include "base/sim_runtime.h"
#include "proxy/daemon/intent.h"
#include "proxy/daemon/store_journal.h"
#include "report.h"
#include "storage/sim_store.h"

namespace sim {

// A command of the operator, and how to see in a configuration that it was carried out.
struct Command {
  std::string text;
  std::vector<proxy::config::Edit> edits;
  std::function<bool(const proxy::config::Config&)> holds;
};

// intent_commands.cpp
Command random_command(base::Random& random, const proxy::config::Config& config);
// What an editor makes of a text: a change, a comment, or now and then a mess.
std::string edited(base::Random& random, const std::string& text);

class IntentWorld {
 public:
  static constexpr const char* kPath = "/etc/mcptrunk/mcp_config.json";

  IntentWorld(std::uint64_t seed, Report& report);
  ~IntentWorld();
  IntentWorld(const IntentWorld&) = delete;
  IntentWorld& operator=(const IntentWorld&) = delete;

  void run();

  std::uint64_t steps() const { return steps_; }
  std::uint64_t done() const { return done_; }
  std::uint64_t power_cuts() const { return power_cuts_; }

 private:
  using Config = proxy::config::Config;
  // Everything that a power cut ends.
  struct Daemon;

  void start();
  bool try_to_start();
  void act();
  void settle();
  void advance(base::Duration by);
  void submit(Command command);
  void answered(const Command& command, std::uint64_t saves_before,
                const base::Result<bool>& result);
  void save(const std::string& text);
  void save_something();
  void mend();
  void before_operation(base::SimFileSystem::Step step, const std::string& path);
  void cut_power();
  void bury();
  void offload(std::function<void()> work, std::function<void()> then);
  void run_offloaded();

  void check_started(const std::vector<storage::JournalRecord>& open);
  void check_memory();
  void check_groups();
  void check_calm();
  std::string text() const { return files_.peek(kPath).value_or(""); }
  bool broken() const { return report_.violation().has_value(); }
  bool chance(double share) { return random_.unit() < share; }

  struct Work {
    std::function<void()> work;
    std::function<void()> then;
  };

  Report& report_;
  base::SimRuntime sim_;
  base::Random random_;  // the world's own choices
  base::SimFileSystem files_;
  storage::SimDisk disk_;
  bool calm_ = false;  // no faults any more
  bool powerless_ = false;
  bool disk_failed_ = false;  // in this start or this command: never twice
  std::string settled_;       // what the file holds while nothing is under way
  std::uint64_t saves_ = 0;
  std::uint64_t pending_ = 0;  // commands not answered yet
  std::uint64_t done_ = 0;
  std::uint64_t power_cuts_ = 0;
  std::uint64_t steps_ = 0;
  const Config* grouped_ = nullptr;  // whose groups were checked last

  std::deque<Work> offloaded_;
  base::Timer<IntentWorld, &IntentWorld::run_offloaded> offload_timer_{*this};
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace sim
