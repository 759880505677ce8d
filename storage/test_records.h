// Records for the tests of this folder, with something in every field.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "storage/catalog_record.h"
#include "storage/records.h"
#include "storage/server_record.h"

namespace storage::testing {

inline base::WallTime at_ms(std::int64_t ms) {
  return base::WallTime(base::Milliseconds(ms));
}

inline Hash hash_of(std::uint8_t seed) {
  Hash hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<std::uint8_t>(seed + i);
  return hash;
}

inline ServerRecord server(const std::string& name) {
  ServerRecord record;
  record.name = name;
  record.config_hash = 0xFEDCBA9876543210;
  record.known_good = true;
  record.asks_client = true;
  record.last_ready_at = at_ms(1'800'000'000'123);
  record.last_used_at = at_ms(-5);
  record.consecutive_failures = 3;
  record.auto_disabled = ServerRecord::AutoDisabled{"3 failures in a row", at_ms(7)};
  record.last_failure =
      ServerFailure{"exited", "MCPT_EXITED", -9, "It exited.", "Look.", {"a", ""}};
  record.last_failure_at = at_ms(6);
  record.counters = {1, 2, 300, 1ULL << 60};
  record.tool_count = 42;
  record.era = "legacy";
  return record;
}

inline CatalogRecord catalog(const std::string& name, std::uint32_t tools) {
  CatalogRecord record;
  record.server = name;
  record.generation = 9;
  record.listed_at = at_ms(1'800'000'000'456);
  record.config_hash = 11;
  record.protocol_version = "2025-06-18";
  record.server_title = "Title";
  record.server_version = "1.2.3";
  record.instructions = "Use it.";
  record.capabilities = R"({"tools":{}})";
  record.implementation = R"({"name":"Title"})";
  std::string page = R"({"tools":[)";
  for (std::uint32_t i = 0; i < tools; ++i) {
    const std::string tool = fmt::format("tool_{}", i);
    page += fmt::format(R"({}{{"name":"{}","description":"{}","inputSchema":{{"type":"object"}}}})",
                        i == 0 ? "" : ",", tool, std::string(600, 'd'));
    record.tool_hashes.push_back({tool, hash_of(static_cast<std::uint8_t>(i))});
  }
  record.tools = {{page + "]}"}, tools, false};
  record.prompts = {{"{\"prompts\":[]}", "{}"}, 0, true};
  record.templates = {{}, 0, false};
  return record;
}

inline JournalRecord journal(std::uint64_t revision) {
  return {revision, at_ms(5), hash_of(1), hash_of(2), "{ \"mcpServers\": [] }", false};
}

inline ApprovalRecord approval(const std::string& server_name, const std::string& tool) {
  return {server_name, tool, hash_of(3), at_ms(8), "alice"};
}

inline GroupRecord group(const std::string& name) {
  return {name, "disable", at_ms(9), "bob", {{"srv", "is read-only"}, {"", ""}}};
}

inline ToolUsesRecord uses(const std::string& server_name) {
  return {server_name, {{"tool", 300, 2, at_ms(12)}, {"", 0, 1, at_ms(-1)}}};
}

inline EndedSessionRecord ended_session(std::uint64_t digest) {
  return {digest, at_ms(13)};
}

inline AgentMarkRecord agent_mark(const std::string& name) {
  return {true, name, true, false, hash_of(9), at_ms(14)};
}

inline ActivityRecord activity(const std::string& server_name, bool success) {
  return {0,        at_ms(10), "tool_call", server_name,
          "tool",   "session", success,     success ? "" : "MCPT_NETWORK",
          "detail", 1234,      10,          20,
          3};
}

inline ResultRecord result(const std::string& key, std::int64_t expires_ms, std::size_t bytes) {
  return {key, "owner", at_ms(expires_ms), "srv", "tool", std::string(bytes, 'r')};
}

}  // namespace storage::testing
