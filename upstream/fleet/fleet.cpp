#include "upstream/fleet/fleet.h"

#include <cassert>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/log.h"
#include "upstream/fleet/admission.h"
#include "upstream/fleet/instances.h"
#include "upstream/fleet/outbox.h"
#include "upstream/fleet/upstream.h"
#include "upstream/lifecycle/cascade_guard.h"
#include "upstream/lifecycle/suspend_watch.h"

namespace upstream {
namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

// Instances are told from servers where both queue for a slot.
constexpr UpstreamId kFirstInstance = 1U << 31;

bool can_be_told_from_others(CallerKey caller) {
  return caller != kNobody && caller != kOurselves;
}

base::Error unknown_server() {
  return {base::ErrorCode::not_found, "There is no such server",
          "See the names with: mcptrunk servers list"};
}

}  // namespace

// The state of a Fleet, and what its upstreams tell it.
struct Fleet::Parts final : UpstreamHost {
  Parts(const FleetParts& parts, const FleetOptions& given)
      : runtime(parts.runtime),
        options(given),
        offload(parts.offload),
        outbox(parts.runtime.turn, parts.observer),
        admission(parts.runtime.turn, given.slots),
        suspend_watch(parts.runtime.clock.suspended()),
        context{parts.runtime, parts.transports, parts.preflight, outbox,       admission,
                *this,         options,          offload,         waiting_bytes} {
    runtime.start(suspend_timer, SuspendWatch::kLookEvery);
  }

  Upstream* at(UpstreamId id) { return id < upstreams.size() ? upstreams[id].get() : nullptr; }
  // What callers may see: not what is on its way out.
  Upstream* present(UpstreamId id) {
    Upstream* upstream = at(id);
    return upstream != nullptr && !upstream->removed() ? upstream : nullptr;
  }

  UpstreamId id_for(const std::string& name) {
    const auto [entry, added] = ids.try_emplace(name, static_cast<UpstreamId>(upstreams.size()));
    if (added) upstreams.emplace_back();
    return entry->second;
  }

  // Null: it has none for single clients.
  Instances* instances_of(UpstreamId id) const {
    return id < instances.size() ? instances[id].get() : nullptr;
  }
  Instances& make_instances(UpstreamId id) {
    if (id >= instances.size()) instances.resize(id + std::size_t{1});
    if (instances[id] == nullptr) {
      instances[id] = std::make_unique<Instances>(context, *upstreams[id], id, last_instance);
    }
    return *instances[id];
  }
  bool at_rest(UpstreamId id) {
    const Instances* own = instances_of(id);
    return upstreams[id]->at_rest() && (own == nullptr || own->at_rest());
  }
  bool connected(UpstreamId id) {
    const Instances* own = instances_of(id);
    return upstreams[id]->connected() || (own != nullptr && own->connected());
  }

  void put(UpstreamSpec spec);
  void remove(UpstreamId id);
  bool report_known_good(UpstreamId id, bool ok) override;
  bool is_waking() override;
  void on_rest(UpstreamId) override { runtime.turn.schedule(sweep); }
  void on_barred(UpstreamId id) override {
    if (Instances* own = instances_of(id)) own->end_all();
  }
  void look_for_suspend();
  void on_suspend_timer();
  void on_woken();
  void on_sweep();
  void on_shutdown_deadline();
  void finish_shutdown();

  base::Runtime runtime;
  FleetOptions options;
  const Offload offload;
  Outbox outbox;
  Admission admission;
  CascadeGuard guard;
  SuspendWatch suspend_watch;
  base::Duration slept{};  // noticed, and the upstreams are not told yet
  WaitingBytes waiting_bytes;
  FleetContext context;
  std::vector<std::unique_ptr<Upstream>> upstreams;   // by id; null: not known now
  std::vector<std::unique_ptr<Instances>> instances;  // by id; null: none were needed
  UpstreamId last_instance = kFirstInstance;
  std::unordered_map<std::string, UpstreamId, TextHash, std::equal_to<>> ids;
  std::uint64_t last_serial = 0;
  std::uint64_t incarnations = 0;
  bool shutting_down = false;
  std::function<void()> shutdown_done;
  base::EndOfTurn<Parts, &Parts::on_sweep> sweep{*this};
  base::EndOfTurn<Parts, &Parts::on_woken> woken{*this};
  base::Timer<Parts, &Parts::on_suspend_timer> suspend_timer{*this};
  base::Timer<Parts, &Parts::on_shutdown_deadline> shutdown_timer{*this};
};

void Fleet::Parts::put(UpstreamSpec spec) {
  const UpstreamId id = id_for(spec.name);
  if (upstreams[id] != nullptr) {
    upstreams[id]->update(std::move(spec));
    if (Instances* own = instances_of(id)) {
      upstreams[id]->keeps_clients_apart() ? own->update() : own->end_all();
    }
    return;
  }
  upstreams[id] = std::make_unique<Upstream>(context, id, ++incarnations, std::move(spec));
  upstreams[id]->begin();
}

void Fleet::Parts::remove(UpstreamId id) {
  upstreams[id]->remove();
}

bool Fleet::Parts::report_known_good(UpstreamId id, bool ok) {
  const std::uint32_t failed_before = guard.failed();
  switch (guard.report(id, ok, runtime.now())) {
    case CascadeGuard::Change::none:
      break;
    case CascadeGuard::Change::tripped: {
      const std::uint32_t failed = guard.failed();
      const std::uint32_t attempted = guard.attempted();
      base::log::warn("fleet", "cascade guard: {} of {} known-good servers failed", failed,
                      attempted);
      outbox.post([failed, attempted](FleetObserver& observer) {
        observer.on_cascade_guard(true, failed, attempted);
      });
      for (const UpstreamId victim : guard.failed_servers()) {
        if (Upstream* upstream = at(victim)) upstream->forgive();
      }
      break;
    }
    case CascadeGuard::Change::released:
      base::log::info("fleet", "cascade guard released");
      outbox.post([failed_before](FleetObserver& observer) {
        observer.on_cascade_guard(false, failed_before, failed_before);
      });
      for (const std::unique_ptr<Upstream>& upstream : upstreams) {
        if (upstream != nullptr && upstream->memory().known_good) upstream->on_cause_over();
      }
      break;
  }
  return !guard.tripped();
}

// A failure may be noticed before the timer is due: whoever counts one looks, too.
void Fleet::Parts::look_for_suspend() {
  const auto noticed = suspend_watch.look(runtime.clock.suspended(), runtime.now());
  if (!noticed) return;
  slept += *noticed;
  runtime.turn.schedule(woken);
}

bool Fleet::Parts::is_waking() {
  look_for_suspend();
  return suspend_watch.is_waking(runtime.now());
}

void Fleet::Parts::on_suspend_timer() {
  runtime.start(suspend_timer, SuspendWatch::kLookEvery);
  look_for_suspend();
}

void Fleet::Parts::on_woken() {
  const base::Duration by = std::exchange(slept, {});
  outbox.post([by](FleetObserver& observer) { observer.on_machine_woke(by); });
  for (const std::unique_ptr<Upstream>& upstream : upstreams) {
    if (upstream != nullptr) upstream->on_woken(by);
  }
  for (const std::unique_ptr<Instances>& own : instances) {
    if (own != nullptr) own->on_woken(by);
  }
}

// Destroys what was removed and has ended, and ends the shutdown when all have.
void Fleet::Parts::on_sweep() {
  bool all_rest = true;
  for (UpstreamId id = 0; id < upstreams.size(); ++id) {
    if (upstreams[id] == nullptr) continue;
    const bool rests = at_rest(id);
    all_rest = all_rest && rests;
    // Its callers are told in the next round.
    const bool ends = shutting_down || upstreams[id]->removed();
    if (ends && !rests && !connected(id)) runtime.turn.schedule(sweep);
    if (!rests || !upstreams[id]->removed()) continue;
    if (instances_of(id) != nullptr) runtime.turn.retire(std::move(instances[id]));
    runtime.turn.retire(std::move(upstreams[id]));
  }
  if (all_rest && shutting_down) return finish_shutdown();
}

void Fleet::Parts::on_shutdown_deadline() {
  for (UpstreamId id = 0; id < upstreams.size(); ++id) {
    if (upstreams[id] == nullptr) continue;
    upstreams[id]->kill();
    if (Instances* own = instances_of(id)) own->kill();
  }
}

void Fleet::Parts::finish_shutdown() {
  shutdown_timer.cancel();
  if (!shutdown_done) return;
  const std::function<void()> done = std::exchange(shutdown_done, nullptr);
  done();
}

UpstreamLease& UpstreamLease::operator=(UpstreamLease&& other) noexcept {
  if (this != &other) {
    release();
    fleet_ = std::exchange(other.fleet_, nullptr);
    id_ = other.id_;
    incarnation_ = other.incarnation_;
  }
  return *this;
}

void UpstreamLease::release() {
  if (fleet_ != nullptr) std::exchange(fleet_, nullptr)->give_back(id_, incarnation_);
}

Fleet::Fleet(const FleetParts& parts, const FleetOptions& options)
    : parts_(std::make_unique<Parts>(parts, options)) {
  assert(options.slots > 0);
}

Fleet::~Fleet() = default;

void Fleet::apply(std::vector<UpstreamSpec> specs) {
  std::unordered_set<UpstreamId> kept;
  for (UpstreamSpec& spec : specs) kept.insert(parts_->id_for(spec.name));
  assert(kept.size() == specs.size());
  for (UpstreamId id = 0; id < parts_->upstreams.size(); ++id) {
    if (kept.contains(id)) continue;
    if (parts_->present(id) != nullptr) parts_->remove(id);
  }
  for (UpstreamSpec& spec : specs) parts_->put(std::move(spec));
}

void Fleet::set_options(const FleetOptions& options) {
  assert(options.slots > 0);
  parts_->options = options;
  parts_->admission.set_slots(options.slots);
}

std::optional<UpstreamId> Fleet::find(std::string_view name) const {
  const auto entry = parts_->ids.find(name);
  if (entry == parts_->ids.end() || parts_->present(entry->second) == nullptr) return std::nullopt;
  return entry->second;
}

std::uint32_t Fleet::size() const {
  return static_cast<std::uint32_t>(parts_->upstreams.size());
}

std::optional<UpstreamView> Fleet::view(UpstreamId id) const {
  const Upstream* upstream = parts_->present(id);
  if (upstream == nullptr) return std::nullopt;
  UpstreamView view = upstream->view();
  if (const Instances* own = parts_->instances_of(id)) own->add_to(view);
  return view;
}

std::optional<base::Error> Fleet::refusal(UpstreamId id) const {
  const Upstream* upstream = parts_->present(id);
  if (upstream == nullptr) return unknown_server();
  return upstream->refusal();
}

base::Result<void> Fleet::restart(UpstreamId id) {
  Upstream* upstream = parts_->present(id);
  if (upstream == nullptr) return unknown_server();
  if (Instances* own = parts_->instances_of(id)) own->end_all();
  return upstream->restart();
}

bool Fleet::reset_auto_disable(UpstreamId id) {
  Upstream* upstream = parts_->present(id);
  if (upstream != nullptr) upstream->reset_auto_disable();
  return upstream != nullptr;
}

base::Result<CallHandle> Fleet::call(UpstreamId id, const CallSpec& spec) {
  Upstream* upstream = parts_->present(id);
  if (upstream == nullptr) return unknown_server();
  const std::uint64_t serial = ++parts_->last_serial;
  const bool apart =
      !spec.shared && upstream->keeps_clients_apart() && can_be_told_from_others(spec.caller);
  if (apart) {
    if (auto refused = upstream->refusal()) return *std::move(refused);
  }
  base::Result<void> accepted =
      apart ? parts_->make_instances(id).call(spec, serial) : upstream->call(spec, serial);
  if (!accepted) return std::move(accepted).error();
  return CallHandle{id, serial};
}

void Fleet::end_caller(CallerKey caller) {
  for (const std::unique_ptr<Instances>& own : parts_->instances) {
    if (own != nullptr) own->end(caller);
  }
}

bool Fleet::cancel(const CallHandle& call) {
  Upstream* upstream = parts_->at(call.upstream);
  if (upstream != nullptr && upstream->cancel(call.serial)) return true;
  Instances* own = parts_->instances_of(call.upstream);
  return own != nullptr && own->cancel(call.serial);
}

bool Fleet::notify(UpstreamId id, std::string_view method, std::string_view params) {
  Upstream* upstream = parts_->present(id);
  return upstream != nullptr && upstream->notify(method, params);
}

bool Fleet::answer(const ServerRequestRef& request, bool is_error, std::string_view body) {
  if (request.instance != 0) {
    Instances* own = parts_->instances_of(request.upstream);
    return own != nullptr && own->answer(request, is_error, body);
  }
  Upstream* upstream = parts_->at(request.upstream);
  return upstream != nullptr && upstream->answer(request.session, request.raw_id, is_error, body);
}

UpstreamLease Fleet::lease(UpstreamId id) {
  Upstream* upstream = parts_->present(id);
  if (upstream == nullptr) return {};
  upstream->take_lease();
  return {*this, id, upstream->incarnation()};
}

void Fleet::give_back(UpstreamId id, std::uint64_t incarnation) {
  Upstream* upstream = parts_->at(id);
  if (upstream != nullptr && upstream->incarnation() == incarnation) upstream->give_back_lease();
}

void Fleet::shutdown(base::Duration deadline, std::function<void()> done) {
  assert(!parts_->shutting_down);
  parts_->shutting_down = true;
  parts_->shutdown_done = std::move(done);
  parts_->runtime.start(parts_->shutdown_timer, deadline);
  for (UpstreamId id = 0; id < parts_->upstreams.size(); ++id) {
    if (parts_->upstreams[id] == nullptr) continue;
    parts_->upstreams[id]->shut_down();
    if (Instances* own = parts_->instances_of(id)) own->shut_down();
  }
  parts_->runtime.turn.schedule(parts_->sweep);
}

std::uint32_t Fleet::leases_in_use() const {
  const Slots& slots = parts_->admission.slots();
  return slots.leases(LeaseKind::ordinary) + slots.leases(LeaseKind::runner);
}

std::uint32_t Fleet::connecting() const {
  return parts_->admission.slots().connecting();
}

}  // namespace upstream
