// The small records of the store (server_record.h and catalog_record.h hold the large ones).
// Values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/codec.h"

namespace storage {

// About the store and the daemon as a whole.
struct MetaRecord {
  std::uint64_t event_epoch = 0;  // one more for each start of the daemon
  bool clean_shutdown = true;     // the last run ended in order
  bool operator==(const MetaRecord&) const = default;
};

// A write of the configuration file: announced here before the file is touched.
struct JournalRecord {
  std::uint64_t revision = 0;  // counts up from 1
  base::WallTime at{};
  Hash old_hash{};
  Hash new_hash{};
  std::string new_text;  // empty once done
  bool done = false;
  bool operator==(const JournalRecord&) const = default;
};

// A tool definition that a person has looked at.
struct ApprovalRecord {
  std::string server;
  std::string tool;
  Hash definition{};  // what was approved; another definition needs a new approval
  base::WallTime at{};
  std::string actor;  // who
  bool operator==(const ApprovalRecord&) const = default;
};

// The last thing done to a group, and which members could not follow.
struct GroupRecord {
  struct Failure {
    std::string server;
    std::string error;
    bool operator==(const Failure&) const = default;
  };
  std::string name;
  std::string action;  // "enable", "disable", "restart"
  base::WallTime at{};
  std::string actor;
  std::vector<Failure> failed;
  bool operator==(const GroupRecord&) const = default;
};

// How the tools of one server were used: what search takes for a sign of their worth.
struct ToolUsesRecord {
  struct Use {
    std::string tool;
    std::uint64_t successes = 0;
    std::uint64_t failures = 0;
    base::WallTime last_at{};
    bool operator==(const Use&) const = default;
  };
  std::string server;
  std::vector<Use> tools;  // those that were used
  bool operator==(const ToolUsesRecord&) const = default;
};

// A session that its client has ended, while its id could still be opened.
struct EndedSessionRecord {
  std::uint64_t digest = 0;  // of the id: the id itself is a secret
  base::WallTime issued{};
  bool operator==(const EndedSessionRecord&) const = default;
};

// What an agent decided over MCP of a server or a group, as long as no person decided after it.
struct AgentMarkRecord {
  bool is_group = false;
  std::string name;
  bool added = false;  // an agent made it
  bool held = false;   // an agent disabled or quarantined it
  Hash entry{};        // of what stood in the configuration then: what differs is a person's
  base::WallTime at{};
  bool operator==(const AgentMarkRecord&) const = default;
};

// One call or management action worth keeping.
struct ActivityRecord {
  std::uint64_t sequence = 0;  // given by the store, counts up
  base::WallTime at{};
  std::string kind;  // "tool_call", "enable"...
  std::string server;
  std::string tool;
  std::string actor;  // session or principal
  bool success = true;
  std::string code;  // "MCPT_..." of a failure
  std::string detail;
  std::uint64_t duration_us = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  std::uint32_t skipped_before = 0;  // records not kept since the one before
  bool operator==(const ActivityRecord&) const = default;
};

// A result too large for its answer, kept for read_cache.
struct ResultRecord {
  std::string key;    // unguessable; 1 to 200 bytes
  std::string owner;  // only this principal may read it
  base::WallTime expires_at{};
  std::string server;
  std::string tool;
  std::string content;  // the result's bytes
  bool operator==(const ResultRecord&) const = default;
};

}  // namespace storage
