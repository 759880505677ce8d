// What is watched while an upstream is ready: that it lives, that it is used, that it stays well,
// and that its lists are current. Resource.
//
// Threads: the loop thread only. Cost: a call only notes the time; the timers run by themselves.
#pragma once
#include <optional>

#include "base/runtime.h"
#include "upstream/fleet/upstream_spec.h"
#include "upstream/lifecycle/health.h"
#include "upstream/session/client_session.h"

namespace upstream {

class ReadyWatch {
 public:
  // Called at the top of the stack.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual bool in_use() const = 0;  // calls, leases
    virtual void on_unused() = 0;     // for its idle time
    virtual void on_dead() = 0;       // pings unanswered
    virtual void on_stable() = 0;     // ready for a while: its past is forgiven
  };

  ReadyWatch(base::Runtime runtime, Listener& listener) : runtime_(runtime), listener_(listener) {}
  ReadyWatch(const ReadyWatch&) = delete;
  ReadyWatch& operator=(const ReadyWatch&) = delete;

  // Both outlive the watch, or stop() comes first.
  void start(const UpstreamSpec& spec, ClientSession& session);
  // The spec's times have changed.
  void adjust(const UpstreamSpec& spec);
  void stop();
  // Asks whether it still lives, now.
  void probe();
  void note_use() { last_used_ = runtime_.now(); }

 private:
  void arm_all();
  void on_idle_check();
  void on_health();
  void on_relist();
  void on_stable();

  base::Runtime runtime_;
  Listener& listener_;
  ClientSession* session_ = nullptr;  // null: not watching
  std::optional<base::Duration> idle_timeout_;
  std::optional<base::Duration> health_interval_;
  std::optional<base::Duration> relist_interval_;
  base::TimePoint last_used_{};
  HealthWatch health_;

  base::Timer<ReadyWatch, &ReadyWatch::on_idle_check> idle_timer_{*this};
  base::Timer<ReadyWatch, &ReadyWatch::on_health> health_timer_{*this};
  base::Timer<ReadyWatch, &ReadyWatch::on_relist> relist_timer_{*this};
  base::Timer<ReadyWatch, &ReadyWatch::on_stable> stable_timer_{*this};
};

}  // namespace upstream
