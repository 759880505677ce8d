// What happens in a world: operator, editor, callers, faults; and how it ends.
#include <fmt/format.h>

#include <algorithm>

#include "upstream/lifecycle/suspend_watch.h"
#include "world.h"

namespace sim {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using upstream::RunPolicy;
using upstream::SuspendWatch;

namespace {

RunPolicy some_policy(base::Random& random) {
  const std::uint64_t roll = random.below(100);
  if (roll < 45) return RunPolicy::active;
  if (roll < 85) return RunPolicy::lazy;
  return roll < 93 ? RunPolicy::disabled : RunPolicy::quarantined;
}

// Longer than any backoff and any idle time of these worlds together.
constexpr base::Duration kCalm = minutes(12);

// From an instant to a minute, short ones most often.
base::Duration some_time(base::Random& random) {
  const std::uint64_t roll = random.below(10);
  if (roll < 2) return base::Duration(0);
  if (roll < 6) return milliseconds(random.below(100));
  if (roll < 9) return milliseconds(random.below(5'000));
  return milliseconds(random.below(60'000));
}

const base::Error kTokenMissing{base::ErrorCode::server_unconfigured, "variable TOKEN is not set",
                                "Set it"};

}  // namespace

World::Spec World::new_spec(const std::string& name) {
  Spec spec;
  spec.name = name;
  spec.launch = upstream::StdioLaunch{"run-" + name, {}, {}, ""};
  spec.policy = some_policy(random_);
  spec.connect_timeout = seconds(5 + random_.below(56));
  spec.call_timeout = seconds(60);
  if (spec.policy == RunPolicy::lazy || chance(0.2)) {
    spec.idle_timeout = seconds(1 + random_.below(chance(0.5) ? 20 : 300));
  }
  if (chance(0.7)) spec.health_interval = seconds(10 + random_.below(50));
  if (chance(0.3)) spec.relist_interval = minutes(5);
  spec.auto_disable_threshold = static_cast<std::uint32_t>(random_.below(5));
  spec.max_concurrent_requests = static_cast<std::uint32_t>(random_.below(4));
  spec.queue_size = 1 + static_cast<std::uint32_t>(random_.below(16));
  spec.package_runner = chance(0.2);
  spec.own_instances = chance(0.15);
  spec.config_hash = random_.next();
  spec.has_catalog = chance(0.5);
  if (chance(0.03)) spec.unconfigured = kTokenMissing;
  spec.memory.known_good = chance(0.5);
  spec.memory.config_hash = spec.config_hash;
  store_.forget(name);
  behaviours_[name] = random_behaviour(random_);
  return spec;
}

std::optional<World::UpstreamId> World::some_server() {
  if (specs_.empty()) return std::nullopt;
  return fleet_->find(specs_[random_.below(specs_.size())].name);
}

void World::run_to_the_end() {
  const std::uint64_t actions = specs_.size() > 100 ? 60 : 120;
  for (std::uint64_t i = 0; i < actions && !broken(); ++i) {
    act();
    settle();
    advance(some_time(random_));
  }
  if (!broken()) calm_down();
  if (!broken()) shut_down();
}

void World::act() {
  const std::optional<UpstreamId> id = some_server();
  const std::uint64_t roll = random_.below(100);
  if (outage_ && chance(0.3)) {
    outage_ = false;
    report_.line("the network is back");
  }
  if (chance(0.01)) return suspend();
  // Just when the fleet has given up on a server, somebody restarts it.
  if (given_up_ && chance(0.3)) return restart(*std::exchange(given_up_, std::nullopt));
  if (roll < 50) {
    if (id) callers_.call(*id, milliseconds(1 + random_.below(60'000)));
  } else if (roll < 56) {
    callers_.cancel_one();
  } else if (roll < 58) {
    answer_question();
  } else if (roll < 70) {
    edit_configuration();
  } else if (roll < 75) {
    if (id) restart(*id);
  } else if (roll < 77) {
    callers_.replace_one();
  } else if (roll < 80) {
    if (!id) return;
    report_.line("reset auto-disable of " + names_[*id]);
    given_up_on_.erase(*id);
    in_fleet([&](upstream::Fleet& fleet) { (void)fleet.reset_auto_disable(*id); });
  } else if (roll < 85) {
    if (id && leases_.size() < 4) leases_.emplace_back(*id, fleet_->lease(*id));
  } else if (roll < 89) {
    if (!leases_.empty()) leases_.erase(leases_.begin());
  } else if (roll < 93) {
    if (id) behaviours_[names_[*id]] = random_behaviour(random_);
  } else if (roll < 95) {
    store_.set_trouble(milliseconds(random_.below(100)), chance(0.3) ? random_.unit() : 0);
  } else if (roll < 97) {
    outage_ = true;
    report_.line("the network goes down");
  } else if (roll < 99) {
    if (id && !missing_commands_.erase(names_[*id])) missing_commands_.insert(names_[*id]);
  } else {
    power_cut();
  }
}

void World::restart(UpstreamId id) {
  report_.line("restart " + names_[id]);
  in_fleet([&](upstream::Fleet& fleet) {
    if (fleet.restart(id).ok()) given_up_on_.erase(id);
  });
}

void World::answer_question() {
  std::optional<std::uint64_t> lost;
  in_fleet([&](upstream::Fleet& fleet) { lost = questions_.answer_one(fleet); });
  if (!lost) return;
  const auto connection = connections_.find(*lost);
  if (connection != connections_.end() && connection->second->listens()) {
    report_.violate(fmt::format("process {} listens, but an answer is kept from it", *lost));
  }
}

void World::edit_one(Spec& spec) {
  switch (random_.below(4)) {
    case 0:
      spec.policy = some_policy(random_);
      break;
    case 1:
      spec.launch = upstream::StdioLaunch{"run-" + std::to_string(random_.next()), {}, {}, ""};
      spec.config_hash = random_.next();
      break;
    case 2:
      spec.call_timeout = seconds(1 + random_.below(60));
      break;
    default:
      if (chance(0.5)) {
        spec.unconfigured = kTokenMissing;
      } else {
        spec.unconfigured.reset();
      }
  }
  if (spec.policy == RunPolicy::lazy && !spec.idle_timeout) spec.idle_timeout = minutes(5);
  spec.held_by = spec.policy == RunPolicy::disabled && chance(0.5) ? "group 'g'" : "";
}

void World::edit_configuration() {
  std::vector<Spec> next = specs_;
  const std::uint64_t edits = 1 + random_.below(3);
  for (std::uint64_t i = 0; i < edits; ++i) {
    switch (random_.below(6)) {
      case 0:
        next.push_back(new_spec("s" + std::to_string(names_given_++)));
        break;
      case 1:
        if (next.size() > 2)
          next.erase(next.begin() + static_cast<long>(random_.below(next.size())));
        break;
      case 2:
        std::rotate(next.begin(), next.begin() + 1, next.end());
        break;
      case 3: {  // one that was there before, perhaps
        const std::string name = "s" + std::to_string(random_.below(names_given_));
        if (std::ranges::none_of(next, [&](const Spec& s) { return s.name == name; })) {
          next.push_back(new_spec(name));
        }
        break;
      }
      default:
        edit_one(next[random_.below(next.size())]);
    }
  }
  const auto kept = unchanged_processes(next);
  specs_ = std::move(next);
  apply();
  moved_ = true;
  settle();
  for (const auto& [id, process] : kept) {
    if (!processes_[id].contains(process)) {
      report_.violate(names_[id] + " is unchanged but lost its process in a reload");
    }
  }
}

void World::apply() {
  report_.line("apply the configuration");
  std::vector<Spec> specs = specs_;
  for (Spec& spec : specs) {
    const auto record = store_.records().find(spec.name);
    if (record != store_.records().end()) spec.memory = record->second;
  }
  forget_memories_of_new(specs);
  in_fleet([&](upstream::Fleet& fleet) { fleet.apply(std::move(specs)); });
  Catalogs::Ids configured;
  for (const Spec& spec : specs_) {
    const UpstreamId id = *fleet_->find(spec.name);
    names_[id] = spec.name;
    if (loaded_given_up_.erase(spec.name) > 0) given_up_on_.insert(id);
    configured[spec.name] = id;
  }
  catalogs_.configure(configured);
}

// A server that comes anew is judged by what the store says of its configuration.
void World::forget_memories_of_new(const std::vector<Spec>& specs) {
  for (const Spec& spec : specs) {
    if (fleet_->find(spec.name)) continue;
    const bool given_up = spec.memory.auto_disabled && spec.memory.config_hash == spec.config_hash;
    if (given_up) loaded_given_up_.insert(spec.name);
    for (const auto& [id, name] : names_) {
      if (name != spec.name) continue;
      memories_.erase(id);
      // They were of the server that was removed.
      std::erase_if(leases_, [gone = id](const auto& lease) { return lease.first == gone; });
    }
  }
}

// kill -9 of the daemon: its processes die with it, what was not durable is lost.
void World::power_cut() {
  report_.line("power cut");
  leases_.clear();
  fleet_.reset();
  sim_.settle();
  store_.power_cut();
  catalogs_.power_cut();
  questions_.power_cut();
  for (const auto& [id, alive] : processes_) {
    if (!alive.empty()) report_.violate(names_[id] + " outlived the daemon");
  }
  names_.clear();
  memories_.clear();
  failing_since_.clear();
  given_up_on_.clear();
  woke_at_.reset();  // the next one knows of no sleep
  start_fleet();
}

// The lid is closed for up to a night. Most connections do not survive it, and the network comes
// back when it comes.
void World::suspend() {
  const auto slept = SuspendWatch::kNoticed + seconds(random_.below(30'000));
  report_.line(fmt::format("the machine sleeps for {} s",
                           std::chrono::duration_cast<seconds>(slept).count()));
  sim_.clock().suspend(slept);
  woke_at_ = sim_.clock().now();
  outage_ = outage_ || chance(0.7);
  for (const auto& [process, connection] : connections_) {
    if (chance(0.7)) connection->die();
  }
}

bool World::is_waking() {
  return woke_at_ && sim_.clock().now() < *woke_at_ + SuspendWatch::kGrace;
}

// Faults end, everybody behaves, nobody calls: what the user wants to run must come to run, and
// nothing else may.
void World::calm_down() {
  report_.line("all is calm");
  outage_ = false;
  leases_.clear();
  callers_.replace_all();
  while (questions_.open() > 0) answer_question();
  missing_commands_.clear();
  store_.set_trouble(milliseconds(50), 0);
  for (auto& [name, behaviour] : behaviours_) behaviour = good_behaviour(random_);
  apply();
  for (const Spec& spec : specs_) {
    const UpstreamId id = *fleet_->find(spec.name);
    // What runs, or is about to, misbehaves as before.
    const State state = told_states_[id];
    if (state == State::ready || state == State::connecting) restart(id);
  }
  advance(kCalm);
  // Somebody's next look for a login may have come just now.
  for (int i = 0; i < 20 && !broken() && !store_.idle(); ++i) advance(milliseconds(100));
  if (!broken()) check_calm();
}

void World::shut_down() {
  report_.line("shutdown");
  if (const auto id = some_server()) callers_.call(*id, seconds(60));
  for (auto& [name, behaviour] : behaviours_) behaviour = random_behaviour(random_);
  shutting_down_ = true;
  bool done = false;
  in_fleet([&](upstream::Fleet& fleet) { fleet.shutdown(seconds(8), [&done] { done = true; }); });
  advance(seconds(8) + milliseconds(5));
  if (broken()) return;
  if (!done) report_.violate("shutdown did not end by its deadline");
  if (callers_.pending() != 0) report_.violate("calls are open after the shutdown");
  for (const auto& [id, alive] : processes_) {
    if (!alive.empty()) report_.violate(names_[id] + " still runs after the shutdown");
  }
}

}  // namespace sim
