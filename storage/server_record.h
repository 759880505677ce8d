// What outlives the process of one upstream: observed, never intended (that is the file's). Value.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace storage {

struct ServerFailure {
  std::string kind;         // "exited", "connect_timeout"...: the stable words of upstream failures
  std::string code;         // "MCPT_..."
  std::int64_t detail = 0;  // exit code, HTTP status or errno
  std::string message;
  std::string remedy;
  std::vector<std::string> stderr_tail;  // oldest first
  bool operator==(const ServerFailure&) const = default;
};

struct ServerRecord {
  struct AutoDisabled {
    std::string reason;
    base::WallTime at{};
    bool operator==(const AutoDisabled&) const = default;
  };
  struct Counters {
    std::uint64_t starts = 0;
    std::uint64_t failures = 0;
    std::uint64_t calls = 0;
    std::uint64_t calls_failed = 0;
    bool operator==(const Counters&) const = default;
  };

  std::string name;
  std::uint64_t config_hash = 0;  // of the configuration these were observed with
  bool known_good = false;        // a handshake succeeded once
  bool package_ready = false;     // of package runners: a start succeeded once
  bool asks_client = false;       // it asks clients, and it was not clear which
  std::optional<base::WallTime> last_ready_at;
  std::optional<base::WallTime> last_used_at;
  std::uint32_t consecutive_failures = 0;
  std::optional<AutoDisabled> auto_disabled;
  std::optional<ServerFailure> last_failure;
  std::optional<base::WallTime> last_failure_at;
  Counters counters;
  std::uint32_t tool_count = 0;  // of the last catalog
  std::string era;               // what protocol detection found, a word of the upstream side
  bool operator==(const ServerRecord&) const = default;
};

}  // namespace storage
