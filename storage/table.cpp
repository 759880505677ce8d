#include "storage/table.h"

#include <openssl/sha.h>

#include <algorithm>

namespace storage {
namespace {

constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kNameBytesKept = 167;
constexpr std::uint64_t kMiB = 1024 * 1024;

}  // namespace

std::string_view to_string(Table table) {
  switch (table) {
    case Table::meta:
      return "meta";
    case Table::journal:
      return "journal";
    case Table::servers:
      return "servers";
    case Table::catalogs:
      return "catalogs";
    case Table::approvals:
      return "approvals";
    case Table::groups:
      return "groups";
    case Table::uses:
      return "uses";
    case Table::ended_sessions:
      return "ended_sessions";
    case Table::agent_marks:
      return "agent_marks";
    case Table::activity:
      return "activity";
    case Table::results:
      return "results";
    case Table::result_expiry:
      return "result_expiry";
  }
  return "";
}

Quotas default_quotas() {
  Quotas quotas{};
  const auto set = [&](Table table, std::uint64_t bytes) {
    quotas[static_cast<std::size_t>(table)] = bytes;
  };
  set(Table::meta, kMiB);
  set(Table::journal, 64 * kMiB);
  set(Table::servers, 256 * kMiB);
  set(Table::catalogs, 2048 * kMiB);
  set(Table::approvals, 256 * kMiB);
  set(Table::groups, 64 * kMiB);
  set(Table::uses, 64 * kMiB);
  set(Table::ended_sessions, 32 * kMiB);
  set(Table::agent_marks, 32 * kMiB);
  set(Table::activity, 256 * kMiB);
  set(Table::results, 512 * kMiB);
  set(Table::result_expiry, 64 * kMiB);
  return quotas;
}

std::string name_key(std::string_view name) {
  if (name.size() <= kNameBytesMax) return std::string(name);
  std::string key(name.substr(0, kNameBytesKept));
  key.push_back('\x01');
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest);
  key.append(reinterpret_cast<const char*>(digest), sizeof digest);
  return key;
}

std::string approval_prefix(std::string_view server) {
  std::string key = name_key(server);
  key.push_back('\0');
  return key;
}

std::string approval_key(std::string_view server, std::string_view tool) {
  return approval_prefix(server) + name_key(tool);
}

std::string agent_mark_key(bool is_group, std::string_view name) {
  return (is_group ? "g" : "s") + name_key(name);
}

std::string number_key(std::uint64_t number) {
  std::string key(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) key[i] = static_cast<char>(number >> (56 - 8 * i));
  return key;
}

std::string expiry_key(std::int64_t expires_at_ms, std::string_view result_key) {
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(expires_at_ms, 0));
  return number_key(time) + name_key(result_key);
}

}  // namespace storage
