// What the daemon's store does for the fleet: commands that become durable later or fail, and
// observations written behind, all in one order. Resource.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "base/runtime.h"
#include "upstream/fleet/fleet_observer.h"

namespace sim {

class SimStore {
 public:
  explicit SimStore(base::Runtime runtime) : runtime_(runtime) {}

  // From now on commits take so long, and this share of them fails.
  void set_trouble(base::Duration commit_takes, double failing_share) {
    commit_takes_ = commit_takes;
    failing_share_ = failing_share;
  }
  void write_behind(const std::string& name, upstream::UpstreamMemory memory);
  void commit_auto_disable(const std::string& name, std::string reason,
                           upstream::FleetObserver::CommitDone done);
  // What is on its way is lost.
  void power_cut();
  bool idle() const { return waiting_.empty(); }

  // What is durable.
  const std::map<std::string, upstream::UpstreamMemory>& records() const { return records_; }
  void forget(const std::string& name) { records_.erase(name); }

 private:
  struct Write {
    std::string name;
    std::function<void(upstream::UpstreamMemory&)> change;
    upstream::FleetObserver::CommitDone done;  // empty: an observation
    bool fails = false;
  };
  void enqueue(Write write);
  void on_written();

  base::Runtime runtime_;
  base::Duration commit_takes_ = std::chrono::milliseconds(50);
  double failing_share_ = 0;
  std::deque<Write> waiting_;
  std::map<std::string, upstream::UpstreamMemory> records_;
  base::Timer<SimStore, &SimStore::on_written> timer_{*this};
};

}  // namespace sim
