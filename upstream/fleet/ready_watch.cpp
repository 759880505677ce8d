#include "upstream/fleet/ready_watch.h"

#include "upstream/lifecycle/backoff.h"
#include "upstream/session/lister.h"

namespace upstream {

void ReadyWatch::start(const UpstreamSpec& spec, ClientSession& session) {
  session_ = &session;
  health_ = {};
  note_use();
  runtime_.start(stable_timer_, kStableAfter);
  adjust(spec);
}

void ReadyWatch::adjust(const UpstreamSpec& spec) {
  if (session_ == nullptr) return;
  idle_timeout_ = spec.idle_timeout;
  health_interval_ = spec.health_interval;
  relist_interval_ = spec.relist_interval;
  if (declares_changes(session_->server().capabilities, ListKind::tools)) relist_interval_.reset();
  arm_all();
}

void ReadyWatch::arm_all() {
  idle_timer_.cancel();
  health_timer_.cancel();
  relist_timer_.cancel();
  if (idle_timeout_) runtime_.timers.start(idle_timer_, last_used_ + *idle_timeout_);
  if (health_interval_) runtime_.start(health_timer_, *health_interval_);
  if (relist_interval_) runtime_.start(relist_timer_, *relist_interval_);
}

void ReadyWatch::stop() {
  session_ = nullptr;
  idle_timer_.cancel();
  health_timer_.cancel();
  relist_timer_.cancel();
  stable_timer_.cancel();
}

void ReadyWatch::on_idle_check() {
  if (listener_.in_use()) note_use();
  const base::TimePoint due = last_used_ + *idle_timeout_;
  if (due > runtime_.now()) return runtime_.timers.start(idle_timer_, due);
  runtime_.start(idle_timer_, *idle_timeout_);  // should it be kept for another reason
  listener_.on_unused();
}

void ReadyWatch::on_health() {
  runtime_.start(health_timer_, *health_interval_);
  if (session_->take_heard()) health_.on_heard();
  switch (health_.on_tick(session_->calls_in_flight() > 0)) {
    case HealthWatch::Verdict::well:
      return;
    case HealthWatch::Verdict::ping:
      return session_->ping();
    case HealthWatch::Verdict::dead:
      return listener_.on_dead();
  }
}

void ReadyWatch::probe() {
  if (!health_interval_) return;
  runtime_.start(health_timer_, *health_interval_);
  health_.on_asked();
  session_->ping();
}

void ReadyWatch::on_relist() {
  runtime_.start(relist_timer_, *relist_interval_);
  session_->relist();
}

void ReadyWatch::on_stable() {
  listener_.on_stable();
}

}  // namespace upstream
