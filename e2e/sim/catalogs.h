// What the simulated daemon keeps of its servers' tools: the real catalog, index, name tables,
// store and event bus, held against what the servers listed. Resource.
//
// What must hold: catalog and index are the union of what was listed last; what is disabled or
// quarantined is not found; a start brings back a generation that was listed, whole; events come in
// order without holes.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "event_reader.h"
#include "proxy/config/config.h"
#include "proxy/daemon/live_catalog.h"
#include "report.h"
#include "storage/sim_store.h"
#include "upstream/fleet/fleet.h"

namespace sim {

class Catalogs {
 public:
  Catalogs(base::Runtime runtime, base::Random& random, Report& report);
  ~Catalogs();
  Catalogs(const Catalogs&) = delete;
  Catalogs& operator=(const Catalogs&) = delete;

  using Ids = std::map<std::string, upstream::UpstreamId>;
  // The fleet runs with these servers now. The first time after a start, what is stored of them is
  // taken up.
  void configure(const Ids& servers);
  void set_state(upstream::UpstreamId id, const std::string& name, upstream::State from,
                 upstream::State to);
  void listed(upstream::UpstreamId id, const std::string& name, upstream::Listing listing);
  // All but what is durable is gone.
  void power_cut();
  void check();

 private:
  using Tools = std::set<std::string, std::less<>>;
  struct Daemon;  // what a power cut ends

  bool is_ours(upstream::UpstreamId id, const std::string& name) const;
  void restore();
  void check_server(const std::string& name, upstream::UpstreamId id);
  void check_search(const std::string& name, const std::string& tool);
  void move_readers();

  base::Runtime runtime_;
  base::Random& random_;
  Report& report_;
  storage::SimDisk disk_;
  std::uint64_t epoch_ = 0;
  Ids servers_;
  std::map<std::string, Tools> tools_;              // as listed last
  std::map<std::string, std::set<Tools>> history_;  // as ever listed
  std::map<std::string, upstream::State> states_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace sim
