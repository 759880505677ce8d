// The tables of the store and the keys of their records: binary, ordered, at most kKeyBytesMax.
// Pure.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace storage {

// The first nine are in state.mdb, the others in bulk.mdb.
enum class Table : std::uint8_t {
  meta,
  journal,
  servers,
  catalogs,
  approvals,
  groups,
  uses,
  ended_sessions,
  agent_marks,
  activity,
  results,
  result_expiry,  // orders results by the time they expire
};
inline constexpr std::size_t kTableCount = 12;
inline constexpr std::size_t kStateTableCount = 9;
inline constexpr std::size_t kKeyBytesMax = 511;  // LMDB's

std::string_view to_string(Table table);
constexpr bool is_bulk(Table table) {
  return static_cast<std::size_t>(table) >= kStateTableCount;
}

// How much a table may hold, counted in whole pages as it lies on disk.
using Quotas = std::array<std::uint64_t, kTableCount>;
Quotas default_quotas();

// In meta.
inline constexpr std::string_view kSchemaKey = "schema";
inline constexpr std::string_view kMetaKey = "daemon";

// Names up to 200 bytes are their own key; a longer one keeps its first 167 and gets its SHA-256.
std::string name_key(std::string_view name);
// Approvals stand together by server: all start with approval_prefix(server).
std::string approval_prefix(std::string_view server);
std::string approval_key(std::string_view server, std::string_view tool);
// Servers and groups may have the same name.
std::string agent_mark_key(bool is_group, std::string_view name);
// Big endian, so that keys sort as numbers.
std::string number_key(std::uint64_t number);
std::string expiry_key(std::int64_t expires_at_ms, std::string_view result_key);

}  // namespace storage
