#include "intent_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "proxy/config/config_file.h"
#include "proxy/config/content_hash.h"
#include "proxy/config/groups.h"
#include "proxy/config/parser.h"
#include "proxy/daemon/startup.h"

namespace sim {

using proxy::config::content_hash;
using std::chrono::milliseconds;
using Step = base::SimFileSystem::Step;

namespace {

constexpr const char* kFirstText = R"({
  // the first of all texts
  "mcpServers": {
    "s0": {"command": "run", "groups": ["g0", "g1"]},
    "s1": {"command": "run", "startup_mode": "lazy_loading", "groups": ["g2"]},
    "s2": {"command": "run", "startup_mode": "quarantined", "groups": ["g1"]}
  },
  "groups": [{"name": "g0"}, {"name": "g1", "parent": "g0"}, {"name": "g2", "parent": "g1"}]
}
)";

constexpr std::array<std::string_view, 11> kStepNames{
    "read",     "create", "write", "fsync file",  "fsync dir", "rename",
    "exchange", "remove", "look",  "create dirs", "copy mode"};

bool parses(const std::string& text) {
  return proxy::config::parse(text).config.has_value();
}

}  // namespace

struct IntentWorld::Daemon {
  Daemon(IntentWorld& world)
      : store(world.sim_.runtime(), world.disk_),
        journal(store, world.sim_.clock()),
        decisions(store, journal, world.sim_.clock(), {}) {}

  void run(IntentWorld& world, proxy::daemon::LoadedConfig loaded, std::uint64_t last_revision) {
    writer = std::make_unique<proxy::config::IntentWriter>(
        world.files_, journal,
        [&world](auto work, auto then) { world.offload(std::move(work), std::move(then)); }, kPath,
        last_revision);
    intent = std::make_unique<proxy::daemon::Intent>(
        world.files_, *writer, decisions, kPath,
        std::make_shared<const Config>(std::move(loaded.config)), loaded.hash, [](Config&) {},
        [](const auto&, const auto&) {});
  }

  storage::SimStore store;
  proxy::daemon::StoreJournal journal;
  proxy::daemon::Decisions decisions;
  std::unique_ptr<proxy::config::IntentWriter> writer;
  std::unique_ptr<proxy::daemon::Intent> intent;
};

IntentWorld::IntentWorld(std::uint64_t seed, Report& report)
    : report_(report), sim_(seed * 7919 + 3), random_(seed), settled_(kFirstText) {
  files_.edit(kPath, kFirstText);
  if (chance(0.2)) files_.without_exchange();
  files_.before_operation(
      [this](Step step, const std::string& path) { before_operation(step, path); });
}

IntentWorld::~IntentWorld() = default;

void IntentWorld::run() {
  start();
  for (int i = 0; i < 60 && !broken(); ++i) {
    act();
    settle();
    advance(milliseconds(random_.below(chance(0.5) ? 10 : 400)));
  }
  calm_ = true;
  if (!broken()) check_calm();
}

// --- faults
// ---------------------------------------------------------------------------------------

void IntentWorld::before_operation(Step step, const std::string& path) {
  ++steps_;
  if (report_.live())
    report_.line(fmt::format("    {} {}", kStepNames[static_cast<std::size_t>(step)], path));
  if (calm_ || powerless_) return;
  if (chance(0.002)) {
    cut_power();
  } else if (step != Step::rename && chance(0.004) && daemon_ != nullptr &&
             daemon_->intent != nullptr) {
    // Not between the last look and a rename: where names cannot be exchanged, that loses.
    save_something();
  } else if (step != Step::look && step != Step::read && !disk_failed_ && chance(0.004)) {
    report_.line("the disk fails once");
    disk_failed_ = true;
    files_.fail(step, chance(0.5) ? ENOSPC : EIO, 1);
  }
}

// Everything stops; what is left of the daemon is buried once nothing of it runs any more.
void IntentWorld::cut_power() {
  report_.line("power cut");
  ++power_cuts_;
  powerless_ = true;
  files_.cut_power(random_.below(files_.waiting_names() + 1));
  if (daemon_ != nullptr) daemon_->store.cut_power();
}

void IntentWorld::bury() {
  offloaded_.clear();
  offload_timer_.cancel();
  daemon_.reset();
  pending_ = 0;
  grouped_ = nullptr;
}

void IntentWorld::save(const std::string& text) {
  report_.line(
      fmt::format("the editor saves {} bytes{}", text.size(), parses(text) ? "" : ", a mess"));
  ++saves_;
  settled_ = text;
  chance(0.5) ? files_.edit(kPath, text) : files_.edit_by_rename(kPath, text);
}

void IntentWorld::save_something() {
  save(edited(random_, parses(text()) ? text() : kFirstText));
}

// Nobody can start with a mess: whoever made it mends it.
void IntentWorld::mend() {
  if (!parses(text())) save(kFirstText);
}

// --- the daemon's life
// ----------------------------------------------------------------------------

void IntentWorld::start() {
  for (int attempt = 0; daemon_ == nullptr && !broken(); ++attempt) {
    files_.power_on();
    powerless_ = false;
    mend();
    if (!try_to_start()) bury();
    if (attempt > 100) report_.violate("the daemon does not start any more");
  }
}

// As Daemon::start does it. False when the power went off or the disk failed meanwhile.
bool IntentWorld::try_to_start() {
  report_.line("start");
  disk_failed_ = false;
  daemon_ = std::make_unique<Daemon>(*this);
  proxy::daemon::DaemonOptions options;
  options.config_path = kPath;
  auto loaded = load_config(files_, options);
  const auto snapshot = daemon_->store.load();
  if (!loaded || !snapshot) return false;
  const auto recovered = proxy::daemon::recover_intent(files_, daemon_->store, kPath, *snapshot,
                                                       sim_.clock().wall_now());
  if (!recovered) return false;
  if (*recovered) loaded = load_config(files_, options);
  if (powerless_ || !loaded) return false;
  check_started(snapshot->open_journal);
  settled_ = text();
  daemon_->run(*this, std::move(loaded).value(), snapshot->last_revision);
  return true;
}

void IntentWorld::act() {
  const std::uint64_t roll = random_.below(100);
  if (roll < 60) {
    submit(random_command(random_, *daemon_->intent->config()));
  } else if (roll < 70) {
    save_something();
  } else if (roll < 82) {
    if (!daemon_->writer->idle()) return;
    report_.line("reload");
    const auto reload = daemon_->intent->reload();
    if (powerless_ || reload.outcome == proxy::daemon::Intent::Reload::Outcome::refused) return;
    check_memory();
  } else if (roll < 88) {
    daemon_->store.set_commit_time(milliseconds(random_.below(3) * 25));
  } else if (roll < 92) {
    if (!daemon_->writer->idle()) return;
    report_.line("the store fails once");
    daemon_->store.fail_commits(1);
  } else if (roll < 97) {
    cut_power();
  } else {
    daemon_->store.before_commit([this] {
      if (!calm_ && !powerless_ && chance(0.3)) cut_power();
    });
  }
}

void IntentWorld::submit(Command command) {
  report_.line(command.text);
  ++pending_;
  auto told = std::make_shared<int>(0);
  std::vector<proxy::config::Edit> edits = command.edits;
  daemon_->intent->change(std::move(edits), proxy::config::Actor::person,
                          [this, told, command = std::move(command),
                           before = saves_](const base::Result<bool>& result) {
                            if (++*told > 1) report_.violate(command.text + " was answered twice");
                            answered(command, before, result);
                          });
}

// Runs inside the writer, before the next command begins.
void IntentWorld::answered(const Command& command, std::uint64_t saves_before,
                           const base::Result<bool>& result) {
  if (powerless_) return;  // nobody hears it
  --pending_;
  disk_failed_ = false;
  if (!result) {
    report_.line(fmt::format("refused: {}: {}", command.text, result.error().message));
    if (text() != settled_) report_.violate("a refused command is in the file: " + command.text);
    return;
  }
  ++done_;
  report_.line("done: " + command.text);
  if (!command.holds(*daemon_->intent->config())) {
    report_.violate("answered, but not so in the running configuration: " + command.text);
  }
  const bool ours = content_hash(text()) == daemon_->intent->hash();
  if (ours) {
    settled_ = text();
  } else if (saves_ == saves_before || text() != settled_) {
    report_.violate("answered, but the file is another: " + command.text);
  }
}

void IntentWorld::offload(std::function<void()> work, std::function<void()> then) {
  offloaded_.push_back({std::move(work), std::move(then)});
  if (!offload_timer_.armed()) {
    sim_.runtime().start(offload_timer_, milliseconds(random_.below(20)));
  }
}

void IntentWorld::run_offloaded() {
  Work next = std::move(offloaded_.front());
  offloaded_.pop_front();
  next.work();
  sim_.turn().defer(std::move(next.then));
  if (!offloaded_.empty()) {
    sim_.runtime().start(offload_timer_, milliseconds(random_.below(20)));
  }
}

void IntentWorld::settle() {
  ++steps_;
  if (!powerless_) sim_.settle();
  if (powerless_) {
    bury();
    sim_.settle();
    start();
  }
  if (!broken()) check_groups();
}

// One timer at a time, with the rules checked after each.
void IntentWorld::advance(base::Duration by) {
  sim_.advance(by, [this] {
    settle();
    return !broken();
  });
}

// --- what must hold
// -------------------------------------------------------------------------------

// After a start the file is what it was, or what a command that nobody was answered about made; or
// what it was stands beside it, where somebody saved twice while a command was under way.
void IntentWorld::check_started(const std::vector<storage::JournalRecord>& open) {
  const auto is_of_command = [&](const storage::JournalRecord& entry) {
    return entry.new_text == text();
  };
  const auto kept = [&](const storage::JournalRecord& entry) {
    return proxy::config::conflict_path(kPath, entry.revision);
  };
  const auto is_beside = [&](const storage::JournalRecord& entry) {
    return files_.peek(kept(entry)) == settled_;
  };
  if (text() != settled_ && std::ranges::none_of(open, is_of_command) &&
      std::ranges::none_of(open, is_beside)) {
    report_.violate("after the start the file is neither what it was nor what a command made");
  }
  // The user has looked at them.
  for (const storage::JournalRecord& entry : open) files_.forget(kept(entry));
  // What could not be removed is removed by a later start.
  if (!disk_failed_ && files_.all_files() != std::vector<std::string>{kPath}) {
    report_.violate(fmt::format("after the start there are {} files", files_.all_files().size()));
  }
}

// REQUIRES: nothing under way, and the file was just read.
void IntentWorld::check_memory() {
  const auto parsed = proxy::config::parse(text());
  if (parsed.config && !(*parsed.config == *daemon_->intent->config())) {
    report_.violate("the running configuration is not the file's");
  }
}

// By the definition: a server runs when its own mode lets it and no group of it, nor any group
// above one, is disabled.
void IntentWorld::check_groups() {
  if (daemon_ == nullptr) return;
  const Config& config = *daemon_->intent->config();
  if (grouped_ == &config) return;
  grouped_ = &config;
  const auto modes = proxy::config::effective_modes(config);
  for (std::size_t i = 0; i < config.servers.size(); ++i) {
    const proxy::config::ServerConfig& server = config.servers[i];
    bool held = false;
    for (std::string group : server.groups) {
      for (std::size_t up = 0; up <= config.groups.size() && !group.empty(); ++up) {
        const auto* found = config.find_group(group);
        if (found == nullptr) break;
        held = held || !found->enabled;
        group = found->parent;
      }
    }
    auto wanted = mode_of(config, server);
    if (held && wanted != proxy::config::StartupMode::quarantined) {
      wanted = proxy::config::StartupMode::disabled;
    }
    if (modes[i].mode != wanted || modes[i].held_by.empty() == held) {
      report_.violate(fmt::format("{} is {} but its groups say {}", server.name,
                                  proxy::config::to_string(modes[i].mode),
                                  proxy::config::to_string(wanted)));
    }
  }
}

// Faults end: everything is answered, and a last restart finds all as it was.
void IntentWorld::check_calm() {
  report_.line("all is calm");
  mend();
  daemon_->store.set_commit_time(milliseconds(50));
  advance(std::chrono::minutes(5));
  if (broken()) return;
  if (pending_ != 0) return report_.violate(fmt::format("{} commands had no answer", pending_));
  (void)daemon_->intent->reload();
  submit(random_command(random_, *daemon_->intent->config()));
  advance(std::chrono::minutes(1));
  check_memory();
  cut_power();
  settle();
  advance(std::chrono::minutes(1));
  if (broken()) return;
  check_memory();
  const auto snapshot = daemon_->store.load();
  if (!snapshot || !snapshot->open_journal.empty()) {
    report_.violate(fmt::format("{} entries of the journal stay open",
                                snapshot ? snapshot->open_journal.size() : 0));
  }
}

}  // namespace sim
