#include "storage/batch_apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace storage {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kNodeBytes = 16;
// What one bulk transaction clears at most, so that it stays short.
constexpr std::size_t kClearedMax = 1'000;

using Sizes = std::array<std::uint64_t, kTableCount>;

// A value of over about half a page lies in pages of its own.
std::uint64_t stored_bytes(std::size_t key_bytes, std::size_t value_bytes) {
  const std::uint64_t bytes = key_bytes + value_bytes + kNodeBytes;
  if (bytes < kPageBytes / 2) return bytes;
  return (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

// How much each table grows at most.
base::Result<Sizes> growth(const Transaction& txn, const Batch& batch) {
  Sizes added{};
  Sizes freed{};
  for (const Edit& edit : batch.edits()) {
    if (edit.kind != Edit::Kind::put) continue;
    const auto table = static_cast<std::size_t>(edit.table);
    added[table] += stored_bytes(edit.key.size(), edit.value.size());
    const auto old = txn.get(edit.table, edit.key);
    if (!old) return old.error();
    if (*old) freed[table] += stored_bytes(edit.key.size(), (*old)->size());
  }
  for (std::size_t i = 0; i < kTableCount; ++i) added[i] -= std::min(added[i], freed[i]);
  return added;
}

bool fits(const Transaction& txn, Table table, std::uint64_t added, const Quotas& quotas) {
  return added == 0 || txn.table_bytes(table) + added <= quotas[static_cast<std::size_t>(table)];
}

base::Result<void> erase_result(Transaction& txn, std::string_view expiry) {
  const std::string key(expiry);  // the view ends with the next write
  if (auto erased = txn.erase(Table::results, key.substr(8)); !erased) return erased;
  return txn.erase(Table::result_expiry, key);
}

// The key of the first record; empty when there is none.
base::Result<std::string> first_key(const Transaction& txn, Table table) {
  std::string first;
  const auto scanned =
      txn.scan(table, [&](std::string_view key, std::string_view) -> base::Result<bool> {
        first = key;
        return false;
      });
  if (!scanned) return scanned.error();
  return first;
}

}  // namespace

base::Result<void> check_batch(const Transaction& txn, const Batch& batch, const Quotas& quotas) {
  for (const Edit& edit : batch.edits()) {
    if (edit.key.empty() || edit.key.size() > kKeyBytesMax) {
      return base::Error{
          base::ErrorCode::invalid_argument,
          fmt::format("A record of the table {} has no name or one that is too long.",
                      to_string(edit.table)),
          ""};
    }
  }
  const base::Result<Sizes> added = growth(txn, batch);
  if (!added) return added.error();
  for (std::size_t i = 0; i < kTableCount; ++i) {
    if (fits(txn, static_cast<Table>(i), (*added)[i], quotas)) continue;
    return base::Error{
        base::ErrorCode::quota_exceeded,
        fmt::format("The table {} of the state store may hold {} MiB and would hold more.",
                    to_string(static_cast<Table>(i)), quotas[i] / 1024 / 1024),
        "Remove servers that are no longer used."};
  }
  return base::kDone;
}

base::Result<void> apply_batch(Transaction& txn, const Batch& batch) {
  for (const Edit& edit : batch.edits()) {
    base::Result<void> done = base::kDone;
    switch (edit.kind) {
      case Edit::Kind::put:
        done = txn.put(edit.table, edit.key, edit.value);
        break;
      case Edit::Kind::erase:
        done = txn.erase(edit.table, edit.key);
        break;
      case Edit::Kind::erase_prefix:
        done = txn.erase_prefix(edit.table, edit.key);
        break;
      case Edit::Kind::erase_before:
        done = txn.erase_before(edit.table, edit.key);
        break;
    }
    if (!done) return done;
  }
  return base::kDone;
}

base::Result<void> make_room(Transaction& txn, const Batch& batch, const Quotas& quotas,
                             base::WallTime now) {
  const base::Result<Sizes> added = growth(txn, batch);
  if (!added) return added.error();
  const auto added_to = [&](Table table) { return (*added)[static_cast<std::size_t>(table)]; };
  const std::string now_key = number_key(
      static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 0)));
  for (std::size_t cleared = 0; cleared < kClearedMax; ++cleared) {
    const base::Result<std::string> soonest = first_key(txn, Table::result_expiry);
    if (!soonest) return soonest.error();
    if (soonest->empty()) break;
    const bool expired = soonest->substr(0, now_key.size()) <= now_key;
    if (!expired && fits(txn, Table::results, added_to(Table::results), quotas)) break;
    if (auto erased = erase_result(txn, *soonest); !erased) return erased;
  }
  for (std::size_t cleared = 0; cleared < kClearedMax; ++cleared) {
    if (fits(txn, Table::activity, added_to(Table::activity), quotas)) break;
    const base::Result<std::string> oldest = first_key(txn, Table::activity);
    if (!oldest) return oldest.error();
    if (oldest->empty()) break;
    if (auto erased = txn.erase(Table::activity, *oldest); !erased) return erased;
  }
  return base::kDone;
}

}  // namespace storage
