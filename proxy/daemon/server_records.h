// What the store keeps of each server, whole: what it knew when the daemon started, and what this
// run has observed since. The only place where such records are made. Resource.
//
// Ownership: FleetRecorder's.
// Threads:   the loop thread.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "storage/server_record.h"
#include "upstream/fleet/fleet.h"

namespace proxy::daemon {

class ServerRecords {
 public:
  explicit ServerRecords(const std::vector<storage::ServerRecord>& stored);
  ServerRecords(const ServerRecords&) = delete;
  ServerRecords& operator=(const ServerRecords&) = delete;

  // The record of the server `view` shows, with that memory.
  storage::ServerRecord record(const upstream::UpstreamView& view,
                               const upstream::UpstreamMemory& memory) const;
  void note_tool_count(const std::string& server, std::uint32_t count);
  // It is gone from the configuration: should it return, it is another one.
  void forget(const std::string& server) { known_.erase(server); }

 private:
  // What no UpstreamMemory holds; the counters are those of earlier runs.
  struct Known {
    std::optional<base::WallTime> last_used_at;
    storage::ServerRecord::Counters counters;
    std::uint32_t tool_count = 0;
  };
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace proxy::daemon
