#include "proxy/daemon/server_records.h"

#include "proxy/daemon/record_conversion.h"

namespace proxy::daemon {

ServerRecords::ServerRecords(const std::vector<storage::ServerRecord>& stored) {
  for (const storage::ServerRecord& record : stored) {
    known_[record.name] = {record.last_used_at, record.counters, record.tool_count};
  }
}

storage::ServerRecord ServerRecords::record(const upstream::UpstreamView& view,
                                            const upstream::UpstreamMemory& memory) const {
  storage::ServerRecord record = to_record(view.spec->name, memory);
  if (const auto found = known_.find(record.name); found != known_.end()) {
    const Known& known = found->second;
    record.last_used_at = known.last_used_at;
    record.counters = known.counters;
    record.tool_count = known.tool_count;
  }
  if (view.last_used) record.last_used_at = view.last_used;
  record.counters.starts += view.counters.starts;
  record.counters.failures += view.counters.failures;
  record.counters.calls += view.counters.calls;
  record.counters.calls_failed += view.counters.calls_failed;
  return record;
}

void ServerRecords::note_tool_count(const std::string& server, std::uint32_t count) {
  known_[server].tool_count = count;
}

}  // namespace proxy::daemon
