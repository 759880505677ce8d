// What must hold in every world after every step.
#include <fmt/format.h>

#include <algorithm>

#include "upstream/fleet/instance_seats.h"
#include "upstream/lifecycle/slots.h"
#include "world.h"

namespace sim {

using upstream::RunPolicy;

const World::Spec* World::intent_of(std::string_view name) const {
  const auto spec = std::ranges::find(specs_, name, &Spec::name);
  return spec == specs_.end() ? nullptr : &*spec;
}

// Counts and calls after every step; the servers when one of them has moved, and now and then.
void World::check_rules() {
  check_counts();
  check_instances();
  callers_.check();
  if (!std::exchange(moved_, false) && steps_ % 8 != 0) return;
  for (const Spec& spec : specs_) check_server(spec);
  catalogs_.check();
}

void World::check_counts() {
  const std::uint32_t slots = options_.slots;
  if (fleet_->leases_in_use() > slots + upstream::kRunnerLeases) {
    report_.violate(fmt::format("{} leases of {} slots", fleet_->leases_in_use(), slots));
  }
  if (fleet_->connecting() > upstream::kConnectingPerSlot * slots) {
    report_.violate(fmt::format("{} connecting with {} slots", fleet_->connecting(), slots));
  }
  const auto connecting = static_cast<std::uint32_t>(std::ranges::count_if(
      told_states_, [](const auto& entry) { return entry.second == State::connecting; }));
  // Of instances nobody is told.
  const auto instances = static_cast<std::uint32_t>(std::ranges::count_if(
      connections_, [&](const auto& entry) { return is_instance(entry.first); }));
  if (fleet_->connecting() < connecting || fleet_->connecting() > connecting + instances) {
    report_.violate(fmt::format("{} connecting but {} in that state, beside {} instances",
                                fleet_->connecting(), connecting, instances));
  }
  // Also those on their way out of the configuration.
  for (const auto& [id, state] : told_states_) {
    const std::size_t alive = processes_[id].size();
    if (alive != (owns_connection(state) ? 1U : 0U)) {
      report_.violate(
          fmt::format("{} is {} with {} processes", names_[id], to_string(state), alive));
    }
  }
}

void World::check_server(const Spec& spec) {
  const auto id = fleet_->find(spec.name);
  const auto view = id ? fleet_->view(*id) : std::nullopt;
  if (!view) return report_.violate(spec.name + " is configured but not there");
  // A server that never left its first state has told of none.
  const auto told = told_states_.find(*id);
  const State told_state = told == told_states_.end() ? State::disabled : told->second;
  if (told_state != view->state) {
    return report_.violate(fmt::format("{} is {} but was told to be {}", spec.name,
                                       to_string(view->state), to_string(told_state)));
  }
  const State state = view->state;
  if (state == State::stopping) return;
  const auto must_be = [&](bool condition, State wanted) {
    if (!condition || state == wanted) return;
    report_.violate(
        fmt::format("{} is {} instead of {}", spec.name, to_string(state), to_string(wanted)));
  };
  const bool quarantined = spec.policy == RunPolicy::quarantined;
  const bool disabled = spec.policy == RunPolicy::disabled;
  must_be(quarantined, State::quarantined);
  must_be(disabled, State::disabled);
  if (quarantined || disabled) return;
  must_be(view->memory->auto_disabled.has_value(), State::auto_disabled);
  if (state == State::auto_disabled) return;
  must_be(spec.unconfigured.has_value(), State::unconfigured);
  check_process(*id, spec, state);
  if (view->calls_in_flight > 0 && state != State::ready && view->instances == 0) {
    report_.violate(fmt::format("{} has calls in flight while {}", spec.name, to_string(state)));
  }
}

// What runs is what is configured.
void World::check_process(UpstreamId id, const Spec& spec, State state) {
  if (!owns_connection(state) || processes_[id].size() != 1) return;
  if (launched_[*processes_[id].begin()].launch != spec.launch) {
    report_.violate(spec.name + " runs with a command that is no longer configured");
  }
}

// They run when their server may, as it is configured, and are few.
void World::check_instances() {
  std::map<std::string_view, std::size_t> alive;
  for (const auto& [process, connection] : connections_) {
    if (!is_instance(process)) continue;
    const std::uint64_t number = process;
    const Launched& launched = launched_.at(process);
    if (++alive[launched.server] > upstream::kInstancesMax) {
      report_.violate(fmt::format("{} has {} instances", launched.server, alive[launched.server]));
    }
    if (connection->closing()) continue;
    const auto fault = [&](std::string_view what) {
      report_.violate(
          fmt::format("the instance {} of {} runs although {}", number, launched.server, what));
    };
    const Spec* intent = intent_of(launched.server);
    if (intent == nullptr) {
      fault("its server is not configured");
      continue;
    }
    if (intent->policy == RunPolicy::quarantined) fault("its server is quarantined");
    if (intent->policy == RunPolicy::disabled) fault("its server is disabled");
    if (intent->unconfigured) fault("its server is unconfigured");
    if (intent->launch != launched.launch) fault("its command is another by now");
    const auto view = fleet_->view(*fleet_->find(launched.server));
    if (view->state == State::auto_disabled) fault("its server is auto_disabled");
  }
}

void World::check_auto_disabled(UpstreamId id) {
  const auto record = store_.records().find(names_[id]);
  if (record == store_.records().end() || !record->second.auto_disabled) {
    return report_.violate(names_[id] + " is auto_disabled before that is durable");
  }
  if (!given_up_on_.contains(id)) {
    report_.violate(names_[id] + " is auto_disabled though a restart withdrew that");
  }
}

void World::check_failures(UpstreamId id, const upstream::UpstreamMemory& memory) {
  if (memory.consecutive_failures == 0) failing_since_.erase(id);
  if (memory.consecutive_failures > 0) failing_since_.try_emplace(id, sim_.clock().now());
  const auto before = memories_.find(id);
  if (before == memories_.end() || !is_waking()) return;
  if (memory.consecutive_failures > before->second.consecutive_failures) {
    report_.violate(names_[id] + ": a failure counts though the machine has just woken");
  }
}

void World::check_idle_stop(UpstreamId id) {
  const auto view = fleet_->view(id);
  if (!view || view->state != State::stopping) return;
  if (view->instances > 0) return;  // it is those that are in use
  const bool leased = std::ranges::any_of(leases_, [id](const auto& l) { return l.first == id; });
  if (view->calls_in_flight > 0 || leased) {
    report_.violate(view->spec->name + " was stopped as idle but is in use");
  }
}

void World::check_may_start(UpstreamId id, const Spec& spec) {
  const Spec* intent = intent_of(spec.name);
  const auto fault = [&](std::string_view what) {
    report_.violate(fmt::format("{} starts although {}", spec.name, what));
  };
  if (shutting_down_) fault("the daemon shuts down");
  if (intent == nullptr) return fault("it is not configured");
  if (intent->policy == RunPolicy::quarantined) fault("it is quarantined");
  if (intent->policy == RunPolicy::disabled) fault("it is disabled");
  if (intent->unconfigured) fault("it is unconfigured");
  if (intent->launch != spec.launch) fault("its command is another by now");
  const auto memory = memories_.find(fleet_->find(spec.name).value_or(id));
  if (memory != memories_.end() && memory->second.auto_disabled) fault("it is auto_disabled");
  if (!processes_[id].empty()) fault("it runs already");
}

// The running processes that a reload to `next` must not touch.
std::map<World::UpstreamId, std::uint64_t> World::unchanged_processes(
    const std::vector<Spec>& next) const {
  std::map<UpstreamId, std::uint64_t> kept;
  const auto is_unchanged = [&](const Spec& spec) {
    const Spec* old = intent_of(spec.name);
    return old != nullptr && old->launch == spec.launch && old->config_hash == spec.config_hash &&
           old->policy == spec.policy &&
           old->unconfigured.has_value() == spec.unconfigured.has_value();
  };
  for (const Spec& spec : next) {
    const auto id = fleet_->find(spec.name);
    if (!id || !is_unchanged(spec)) continue;
    const State state = fleet_->view(*id)->state;
    const auto alive = processes_.find(*id);
    if ((state != State::ready && state != State::connecting)) continue;
    if (alive != processes_.end() && alive->second.size() == 1) kept[*id] = *alive->second.begin();
  }
  for (const auto& [process, connection] : connections_) {
    if (!is_instance(process) || connection->closing()) continue;
    const Launched& launched = launched_.at(process);
    const auto spec = std::ranges::find(next, launched.server, &Spec::name);
    if (spec != next.end() && is_unchanged(*spec)) kept[connection->upstream()] = process;
  }
  return kept;
}

void World::check_calm() {
  if (!store_.idle()) report_.violate("the store is not idle in calm times");
  if (callers_.pending() != 0) report_.violate("calls are open in calm times");
  if (questions_.open() != 0) report_.violate("questions are open in calm times");
  for (const auto& [process, connection] : connections_) {
    if (is_instance(process)) {
      report_.violate(fmt::format("the instance {} has no client any more", process));
    }
  }
  for (const Spec& spec : specs_) {
    const UpstreamId id = *fleet_->find(spec.name);
    const auto view = fleet_->view(id);
    const State state = view->state;
    // The next look whether somebody has logged in comes in its own time, and lasts as long as a
    // start and an idle time.
    const auto tried = login_tried_.find(id);
    const bool looked =
        tried != login_tried_.end() && sim_.clock().now() - tried->second < std::chrono::minutes(7);
    const bool unable = looked || state == State::auto_disabled || state == State::login_required ||
                        state == State::unconfigured || state == State::disabled ||
                        state == State::quarantined;
    const bool active = spec.policy == RunPolicy::active && !spec.idle_timeout;
    const bool rests = state == State::idle;
    if (!unable && active && state != State::ready) {
      report_.violate(fmt::format("{} is {} after the calm", spec.name, to_string(state)));
    }
    if (!unable && !active && !rests) {
      report_.violate(fmt::format("{} is {} and nobody needs it", spec.name, to_string(state)));
    }
    const auto record = store_.records().find(spec.name);
    const bool stored = record != store_.records().end() && record->second.auto_disabled &&
                        record->second.config_hash == spec.config_hash;
    if (stored != (view->memory->auto_disabled.has_value())) {
      report_.violate(spec.name + ": store and fleet disagree about auto_disabled");
    }
  }
}

}  // namespace sim
