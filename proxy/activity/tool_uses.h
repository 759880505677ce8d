// How often the tools of every server were used, and with what success: remembered in the store,
// and a small prior of the search. Resource.
//
// Ownership: the daemon's; index and store outlive it.
// Threads:   the loop thread.
// Limits:    kToolsMax tools of a server; further ones are not counted.
// Cost:      note() is a look-up, and allocates for a tool's first use only. Priors and records
//            follow kFlushDelay later, once for all calls until then.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/runtime.h"
#include "search/tool_index.h"
#include "storage/store.h"
#include "upstream/fleet/fleet.h"

namespace proxy::activity {

class ToolUses {
 public:
  static constexpr base::Duration kFlushDelay = std::chrono::seconds(2);
  static constexpr std::size_t kToolsMax = 10'000;

  ToolUses(base::Runtime runtime, search::ToolIndex& index, storage::Store& store)
      : runtime_(runtime), index_(index), store_(store) {}
  ToolUses(const ToolUses&) = delete;
  ToolUses& operator=(const ToolUses&) = delete;

  // At start: what the store has of a server.
  void restore(upstream::UpstreamId id, const storage::ToolUsesRecord& record);
  void note(upstream::UpstreamId id, std::string_view server, std::string_view tool, bool success);
  // A new generation of the server's tools stands in the index: gives it its priors.
  void apply(upstream::UpstreamId id);
  void forget(upstream::UpstreamId id);
  // Whether use counts in a search; it is remembered either way.
  void set_in_search(bool in_search);

  // Saves what was noted since the last time.
  void flush();

 private:
  struct Use {
    std::uint64_t successes = 0;
    std::uint64_t failures = 0;
    base::WallTime last_at{};
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Server {
    std::string name;
    std::unordered_map<std::string, Use, Hash, std::equal_to<>> tools;
    bool changed = false;
  };
  Server& server_of(upstream::UpstreamId id, std::string_view name);
  void set_priors(const Server& server);
  void save(const Server& server);

  base::Runtime runtime_;
  search::ToolIndex& index_;
  storage::Store& store_;
  std::vector<std::unique_ptr<Server>> servers_;  // by UpstreamId; null: never used
  bool in_search_ = true;
  base::Timer<ToolUses, &ToolUses::flush> flush_timer_{*this};
};

}  // namespace proxy::activity
