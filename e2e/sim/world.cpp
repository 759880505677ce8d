#include "world.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "upstream/lifecycle/auto_disable.h"

namespace sim {

World::World(std::uint64_t seed, Report& report)
    : report_(report),
      sim_(seed * 7919 + 1),
      random_(seed),
      store_(sim_.runtime()),
      callers_(sim_.runtime(), report),
      questions_(sim_.runtime(), random_, callers_, report),
      catalogs_(sim_.runtime(), random_, report) {
  const bool large = random_.below(100) == 0;
  options_.slots = large ? 10 : 1 + static_cast<std::uint32_t>(random_.below(5));
  const std::uint64_t count = large ? 159 : 3 + random_.below(10);
  for (std::uint64_t i = 0; i < count; ++i) {
    specs_.push_back(new_spec("s" + std::to_string(names_given_++)));
  }
}

namespace {

// The number behind that name in a JSON object of numbers.
std::uint64_t number_in(std::string_view object, std::string_view name) {
  const std::size_t at = object.find(fmt::format("\"{}\":", name));
  std::uint64_t number = 0;
  if (at == std::string_view::npos) return number;
  const std::string_view digits = object.substr(at + name.size() + 3);
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

World::~World() {
  leases_.clear();
}

void World::start_fleet() {
  told_states_.clear();
  login_tried_.clear();
  guard_tripped_ = false;
  fleet_ = std::make_unique<upstream::Fleet>(
      upstream::FleetParts{sim_.runtime(), *this, *this, *this}, options_);
  callers_.use(*fleet_);
  apply();
}

void World::run() {
  report_.line(fmt::format("{} servers, {} slots", specs_.size(), options_.slots));
  start_fleet();
  run_to_the_end();
}

// One timer at a time, with all rules checked after each.
void World::advance(base::Duration by) {
  sim_.advance(by, [this] {
    settle();
    return !broken();
  });
}

void World::settle() {
  ++steps_;
  sim_.settle();
  if (!broken()) check_rules();
}

void World::on_state_changed(UpstreamId id, State from, State to, std::string_view reason) {
  report_.line(
      fmt::format("{:>9.3f} {} {} -> {} ({})",
                  std::chrono::duration<double>(sim_.clock().now().time_since_epoch()).count(),
                  names_[id], to_string(from), to_string(to), reason));
  if (callers_.inside_fleet) report_.violate("the observer was told inside a call of the fleet");
  const auto known = told_states_.find(id);
  if (known != told_states_.end() && known->second != from) {
    report_.violate(fmt::format("{} left {} but was in {}", names_[id], to_string(from),
                                to_string(known->second)));
  }
  catalogs_.set_state(id, names_[id], from, to);
  if (reason == "not used for its idle time") check_idle_stop(id);
  told_states_[id] = to;
  if (from == State::login_required) login_tried_[id] = sim_.clock().now();
  moved_ = true;
  if (to == State::auto_disabled) check_auto_disabled(id);
}

void World::on_listing(UpstreamId id, upstream::Listing listing) {
  const auto& tools = listing.of(upstream::ListKind::tools);
  if (!tools || tools->results.empty()) {
    return report_.violate(names_[id] + " listed no page of tools");
  }
  catalogs_.listed(id, names_[id], std::move(listing));
}

void World::on_memory_changed(UpstreamId id, const upstream::UpstreamMemory& memory) {
  check_failures(id, memory);
  memories_[id] = memory;
  store_.write_behind(names_[id], memory);
}

void World::on_cascade_guard(bool tripped, std::uint32_t failed, std::uint32_t attempted) {
  report_.line(fmt::format("cascade guard {}: {} of {}", tripped, failed, attempted));
  if (tripped == guard_tripped_) report_.violate("the cascade guard changed to what it was");
  guard_tripped_ = tripped;
}

void World::commit_auto_disable(UpstreamId id, std::string reason, CommitDone done) {
  report_.line(names_[id] + " is to be auto-disabled: " + reason);
  const Spec* spec = intent_of(names_[id]);
  if (spec != nullptr && spec->auto_disable_threshold == 0) {
    report_.violate(names_[id] + " may never be auto-disabled");
  }
  given_up_on_.insert(id);
  given_up_ = id;
  if (guard_tripped_ && memories_.contains(id) && memories_[id].known_good) {
    report_.violate(names_[id] + " is known-good and the guard is tripped");
  }
  const auto since = failing_since_.find(id);
  if (since == failing_since_.end() || sim_.clock().now() - since->second < upstream::kFailingMin) {
    report_.violate(names_[id] + " is given up too soon");
  }
  if (is_waking()) report_.violate(names_[id] + " is given up because the machine slept");
  store_.commit_auto_disable(names_[id], std::move(reason), std::move(done));
}

void World::on_notification(const upstream::NoticeSource& source, std::string_view,
                            std::string_view params) {
  if (source.own_instance || source.meant == upstream::kNobody) return;
  questions_.told(number_in(params, "process"), number_in(params, "tag"), source.meant);
}

// A question of an instance is one for its client; roots/list is a question to us.
bool World::on_server_request(const upstream::ServerRequestRef& request, upstream::CallerKey caller,
                              std::string_view method, std::string_view params) {
  const std::uint64_t process = number_in(params, "process");
  const upstream::CallerKey only = launched_[process].only_caller;
  if ((request.instance != 0) != (only != upstream::kNobody)) {
    report_.violate(fmt::format("a question of process {} comes as another's", process));
  }
  if (only != upstream::kNobody && caller != only) {
    report_.violate(fmt::format("process {} of client {} asks {}", process, only, caller));
  }
  if (method != "elicitation/create") return false;
  return questions_.asked(request, process, caller);
}

void World::on_server_request_over(const upstream::ServerRequestRef& request) {
  questions_.over(request);
}

std::unique_ptr<upstream::Transport> World::create(UpstreamId id, const Spec& spec) {
  check_may_start(id, spec);
  Behaviour behaviour = behaviours_[spec.name];
  if (outage_) behaviour.start = StartKind::exit_at_once;
  report_.line(fmt::format("{} starts and will be {}", spec.name, to_string(behaviour.start)));
  ProcessTable& processes = *this;
  launched_[next_process_ + 1] = {spec.name, spec.launch, spec.only_caller};
  auto transport =
      std::make_unique<SimTransport>(sim_.runtime(), processes, id, ++next_process_, behaviour);
  connections_[next_process_] = transport.get();
  return transport;
}

std::optional<base::Error> World::check(const Spec& spec) {
  if (!missing_commands_.contains(spec.name)) return std::nullopt;
  return base::Error{base::ErrorCode::server_unconfigured, "Its command is not in PATH", ""};
}

void World::on_process_started(UpstreamId upstream, std::uint64_t process) {
  processes_[upstream].insert(process);
}

void World::on_process_ended(UpstreamId upstream, std::uint64_t process) {
  processes_[upstream].erase(process);
  connections_.erase(process);
}

void World::on_call_heard(std::uint64_t process, std::string_view arguments) {
  const upstream::CallTag call = number_in(arguments, "tag");
  const Launched& launched = launched_[process];
  if (launched.only_caller != upstream::kNobody &&
      callers_.client_of(call) != launched.only_caller) {
    report_.violate(fmt::format("call {} reached the instance of another client", call));
  }
  questions_.heard(process, call);
}

void World::on_stray_answer(std::uint64_t process) {
  report_.violate(fmt::format("process {} got an answer that it does not wait for", process));
}

}  // namespace sim
