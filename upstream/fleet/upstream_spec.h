// How one upstream is to be run: intent, with every default filled in and every variable expanded;
// and what was observed of it in earlier runs. Values.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "protocol/revision.h"
#include "upstream/lifecycle/failure.h"
#include "upstream/lifecycle/state.h"
#include "upstream/session/call.h"
#include "upstream/session/handshake.h"

namespace upstream {

// Index into the fleet's array; a name keeps its id for the life of the process, also when it is
// removed and added again.
using UpstreamId = std::uint32_t;

struct StdioLaunch {
  std::string command;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;  // in addition to the filtered environment
  std::string working_dir;                               // empty: the daemon's
  bool operator==(const StdioLaunch&) const = default;
};

struct HttpLaunch {
  enum class Dialect : std::uint8_t { auto_detect, streamable, sse };
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  Dialect dialect = Dialect::auto_detect;
  std::string ca_file;                 // trusted besides the system's; empty: none
  std::optional<StdioLaunch> command;  // what serves the url: started with it, ended with it
  bool operator==(const HttpLaunch&) const = default;
};

using Launch = std::variant<StdioLaunch, HttpLaunch>;

// What outlives the process: read from the store at start, handed to the observer at each change.
struct UpstreamMemory {
  struct AutoDisabled {
    std::string reason;
    base::WallTime at{};
    bool operator==(const AutoDisabled&) const = default;
  };
  bool known_good = false;                        // a handshake succeeded once
  bool asks_client = false;                       // it asks clients, and it was not clear which
  bool package_ready = false;                     // of package runners: a start succeeded once
  std::optional<base::WallTime> last_ready_wall;  // known-good servers start in this order
  std::uint32_t consecutive_failures = 0;
  std::optional<AutoDisabled> auto_disabled;
  std::optional<Failure> last_failure;
  std::optional<base::WallTime> last_failure_wall;
  std::uint64_t config_hash = 0;  // the UpstreamSpec's these were observed with
  std::string detected;           // Transport::detected() of the last connection that told
  bool operator==(const UpstreamMemory&) const = default;
};

struct UpstreamSpec {
  std::string name;
  Launch launch;
  RunPolicy policy = RunPolicy::active;
  std::string held_by;  // what holds it when not allowed to run: "group db"; may be empty
  std::optional<base::Error> unconfigured;  // what is missing, and how to supply it

  base::Duration connect_timeout = std::chrono::seconds(60);
  base::Duration call_timeout = std::chrono::minutes(2);
  std::optional<base::Duration> idle_timeout;     // absent: never stopped for being idle
  std::optional<base::Duration> health_interval;  // absent: no pings
  std::optional<base::Duration> relist_interval;  // for servers that do not declare listChanged
  std::uint32_t auto_disable_threshold = 3;       // consecutive failures; 0: never
  std::uint32_t max_concurrent_requests = 0;      // 0: kCallsInFlightMax
  std::uint32_t queue_size = 256;                 // calls that wait for a start or for their turn
  // Fixes what initialize offers, and nothing else is probed; absent: found out.
  std::optional<protocol::Revision> revision;
  std::vector<std::string> secrets;  // hidden in what it says on stderr and of itself
  bool package_runner = false;       // npx, uvx, pipx, docker: its first start downloads

  bool own_instances = false;       // each client that can be told from others gets one of its own
  CallerKey only_caller = kNobody;  // of such an instance: all that it asks is for that client
  protocol::ClientAbilities abilities = kAbilitiesOfAnyClient;  // declared to it

  // Over all that belongs to the server itself, mode and groups aside. A changed hash forgets
  // failures and auto-disabling; a changed `launch` or `revision`
  // replaces the process.
  std::uint64_t config_hash = 0;

  // What the store knows; looked at only when the fleet does not know the name yet. A spec given to
  // the TransportFactory holds the present.
  UpstreamMemory memory;
  bool has_catalog = false;

  static constexpr std::uint32_t kCallsInFlightMax = 4096;
};

}  // namespace upstream
