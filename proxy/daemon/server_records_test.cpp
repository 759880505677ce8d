#include "proxy/daemon/server_records.h"

#include <catch2/catch.hpp>

#include "proxy/daemon/record_conversion.h"

namespace proxy::daemon {
namespace {

TEST_CASE("a record goes on from what was stored, whatever is written of it", "[daemon]") {
  storage::ServerRecord stored;
  stored.name = "a";
  stored.asks_client = true;
  stored.last_used_at = base::WallTime(std::chrono::seconds(50));
  stored.counters = {10, 2, 300, 4};
  stored.tool_count = 7;
  stored.era = "legacy/sse";
  stored.known_good = true;
  ServerRecords records({stored});

  const upstream::UpstreamMemory memory = to_memory(stored);
  CHECK(memory.detected == "legacy/sse");
  upstream::UpstreamSpec spec;
  spec.name = "a";
  upstream::UpstreamView view;
  view.spec = &spec;
  CHECK(records.record(view, memory) == stored);

  view.counters.starts = 1;
  view.counters.calls = 5;
  view.counters.calls_failed = 1;
  view.last_used = base::WallTime(std::chrono::seconds(60));
  records.note_tool_count("a", 8);
  const storage::ServerRecord later = records.record(view, memory);
  CHECK(later.counters == storage::ServerRecord::Counters{11, 2, 305, 5});
  CHECK(later.last_used_at == view.last_used);
  CHECK(later.tool_count == 8);
  CHECK(later.asks_client);
  CHECK(records.record(view, memory) == later);

  records.forget("a");
  CHECK(records.record(view, memory).counters == storage::ServerRecord::Counters{1, 0, 5, 1});
}

}  // namespace
}  // namespace proxy::daemon
