// What the servers of the simulated world ask in the middle of calls, and what they log: that only
// the client is asked and told whose calls the server has, and that each question has one end.
// Resource.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/runtime.h"
#include "callers.h"
#include "report.h"
#include "upstream/fleet/fleet.h"

namespace sim {

class Questions {
 public:
  Questions(base::Runtime runtime, base::Random& random, const Callers& callers, Report& report)
      : runtime_(runtime), random_(random), callers_(callers), report_(report) {}

  // The process got that call.
  void heard(std::uint64_t process, upstream::CallTag call);
  // The fleet brings a log message of that process, which is of `call`, to `client`.
  void told(std::uint64_t process, upstream::CallTag call, upstream::CallerKey client);
  // The fleet brings a question of that process for `client`. True when it is kept, for later.
  bool asked(const upstream::ServerRequestRef& question, std::uint64_t process,
             upstream::CallerKey client);
  void over(const upstream::ServerRequestRef& question);
  // Some client answers. The process when the fleet says that its answer cannot reach it.
  std::optional<std::uint64_t> answer_one(upstream::Fleet& fleet);
  void power_cut();

  std::size_t open() const { return open_.size(); }
  std::uint64_t relayed() const { return relayed_; }

 private:
  // Server, instance, connection, id.
  using Key = std::tuple<upstream::UpstreamId, upstream::UpstreamId, std::uint64_t, std::string>;
  bool is_of_late(upstream::CallTag call) const;
  std::set<upstream::CallerKey> clients_of_late(std::uint64_t process) const;

  base::Runtime runtime_;
  base::Random& random_;
  const Callers& callers_;
  Report& report_;
  std::map<std::uint64_t, std::vector<upstream::CallTag>> heard_;  // by process
  std::map<Key, std::uint64_t> open_;                              // which process asks
  std::uint64_t relayed_ = 0;
};

}  // namespace sim
