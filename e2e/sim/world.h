// One simulated daemon: the real fleet over scripted servers, a store that can fail, callers, and
// an operator who does anything at any time. All from one seed. Resource.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/sim_runtime.h"
#include "behaviour.h"
#include "callers.h"
#include "catalogs.h"
#include "questions.h"
#include "report.h"
#include "sim_store.h"
#include "sim_transport.h"
#include "upstream/fleet/fleet.h"

namespace sim {

class World final : private upstream::FleetObserver,
                    private upstream::TransportFactory,
                    private upstream::Preflight,
                    private ProcessTable {
 public:
  World(std::uint64_t seed, Report& report);
  ~World() override;

  // The whole life of the world, or up to the first broken rule.
  void run();

  std::uint64_t steps() const { return steps_; }
  std::uint64_t starts() const { return next_process_; }
  const Callers& callers() const { return callers_; }
  const Questions& questions() const { return questions_; }

 private:
  using UpstreamId = upstream::UpstreamId;
  using State = upstream::State;
  using Spec = upstream::UpstreamSpec;

  // --- world.cpp: what the fleet sees of the world ---
  void on_state_changed(UpstreamId id, State from, State to, std::string_view reason) override;
  void on_listing(UpstreamId id, upstream::Listing listing) override;
  void on_memory_changed(UpstreamId id, const upstream::UpstreamMemory& memory) override;
  void on_cascade_guard(bool tripped, std::uint32_t failed, std::uint32_t attempted) override;
  void commit_auto_disable(UpstreamId id, std::string reason, CommitDone done) override;
  void on_notification(const upstream::NoticeSource& source, std::string_view method,
                       std::string_view params) override;
  bool on_server_request(const upstream::ServerRequestRef& request, upstream::CallerKey caller,
                         std::string_view method, std::string_view params) override;
  void on_server_request_over(const upstream::ServerRequestRef& request) override;
  std::unique_ptr<upstream::Transport> create(UpstreamId id, const Spec& spec) override;
  std::optional<base::Error> check(const Spec& spec) override;
  void on_process_started(UpstreamId upstream, std::uint64_t process) override;
  void on_process_ended(UpstreamId upstream, std::uint64_t process) override;
  void on_call_heard(std::uint64_t process, std::string_view arguments) override;
  void on_stray_answer(std::uint64_t process) override;

  void start_fleet();
  void advance(base::Duration by);
  void settle();
  // The machine has just woken: nothing that fails counts.
  bool is_waking();
  bool is_instance(std::uint64_t process) const {
    return launched_.at(process).only_caller != upstream::kNobody;
  }
  bool broken() const { return report_.violation().has_value(); }
  bool chance(double share) { return random_.unit() < share; }
  template <class Use>
  void in_fleet(Use use) {
    callers_.inside_fleet = true;
    use(*fleet_);
    callers_.inside_fleet = false;
  }

  // --- operator.cpp: what happens to it ---
  void run_to_the_end();
  void act();
  void restart(UpstreamId id);
  void answer_question();
  Spec new_spec(const std::string& name);
  void edit_configuration();
  void edit_one(Spec& spec);
  void apply();
  void forget_memories_of_new(const std::vector<Spec>& specs);
  void calm_down();
  void power_cut();
  void suspend();
  void shut_down();
  std::optional<UpstreamId> some_server();

  // --- invariants.cpp: what must hold ---
  void check_rules();
  void check_counts();
  void check_server(const Spec& spec);
  void check_process(UpstreamId id, const Spec& spec, State state);
  void check_instances();
  void check_auto_disabled(UpstreamId id);
  void check_failures(UpstreamId id, const upstream::UpstreamMemory& memory);
  void check_idle_stop(UpstreamId id);
  void check_may_start(UpstreamId id, const Spec& spec);
  void check_calm();
  const Spec* intent_of(std::string_view name) const;
  std::map<UpstreamId, std::uint64_t> unchanged_processes(const std::vector<Spec>& next) const;

  // What was started, as it was asked for.
  struct Launched {
    std::string server;
    upstream::Launch launch;
    upstream::CallerKey only_caller = upstream::kNobody;
  };

  Report& report_;
  base::SimRuntime sim_;
  base::Random random_;  // the world's own choices
  SimStore store_;
  Callers callers_;
  Questions questions_;
  Catalogs catalogs_;
  upstream::FleetOptions options_;
  std::vector<Spec> specs_;  // the configuration file
  std::map<std::string, Behaviour> behaviours_;
  std::set<std::string> missing_commands_;
  bool outage_ = false;
  std::optional<base::TimePoint> woke_at_;
  bool guard_tripped_ = false;
  bool shutting_down_ = false;
  bool moved_ = true;  // a server changed its state since they were checked

  std::map<UpstreamId, std::string> names_;  // of all ever configured
  std::map<UpstreamId, State> told_states_;
  std::map<UpstreamId, base::TimePoint> login_tried_;  // when it last left login_required
  std::map<UpstreamId, std::set<std::uint64_t>> processes_;
  std::map<UpstreamId, upstream::UpstreamMemory> memories_;  // as last told
  std::map<UpstreamId, base::TimePoint> failing_since_;
  std::set<UpstreamId> given_up_on_;    // to be auto-disabled, and not restarted since
  std::optional<UpstreamId> given_up_;  // the latest of them
  std::set<std::string> loaded_given_up_;
  std::map<std::uint64_t, Launched> launched_;          // by process
  std::map<std::uint64_t, SimTransport*> connections_;  // by process, while it is alive
  std::vector<std::pair<UpstreamId, upstream::UpstreamLease>> leases_;
  std::uint64_t next_process_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t names_given_ = 0;

  std::unique_ptr<upstream::Fleet> fleet_;
};

}  // namespace sim
