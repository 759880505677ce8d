// What one upstream offers: one generation of its lists, the bytes as it sent them. Value.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/codec.h"

namespace storage {

struct StoredList {
  std::vector<std::string> pages;  // raw result objects, verbatim, in order
  std::uint32_t items = 0;
  bool truncated = false;  // a limit was reached
  bool operator==(const StoredList&) const = default;
};

struct ToolHash {
  std::string tool;
  Hash definition{};
  bool operator==(const ToolHash&) const = default;
};

struct CatalogRecord {
  std::string server;
  std::uint64_t generation = 0;
  base::WallTime listed_at{};
  std::uint64_t config_hash = 0;

  // From the handshake.
  std::string protocol_version;
  std::string server_title;  // serverInfo.name
  std::string server_version;
  std::string instructions;
  std::string capabilities;    // raw JSON object
  std::string implementation;  // raw JSON object

  StoredList tools;
  StoredList prompts;
  StoredList resources;
  StoredList templates;
  std::vector<ToolHash> tool_hashes;
  bool operator==(const CatalogRecord&) const = default;
};

}  // namespace storage
