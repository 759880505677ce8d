// LMDB with results and ownership: an environment with its tables, and transactions that abort
// unless committed. Resources.
//
// Threads: an environment may be shared; a transaction belongs to the thread that uses it, and
// there is
//          one write transaction at a time (LMDB waits for it).
// Limits:  the map is reserved once and never grows: address space, not memory. A full map is
//          store_unavailable.
#pragma once
#include <lmdb.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "storage/table.h"

namespace storage {

class LmdbEnv {
 public:
  enum class Sync : std::uint8_t {
    full,     // a committed transaction survives a power cut
    content,  // the last one may be lost, never the consistency
  };
  struct Options {
    std::string path;  // the data file; its lock file stands beside it
    std::uint64_t map_bytes = 0;
    Sync sync = Sync::full;
  };
  // Takes a smaller map when the address space is limited.
  static base::Result<std::unique_ptr<LmdbEnv>> open(const Options& options);
  ~LmdbEnv() { mdb_env_close(env_); }
  LmdbEnv(const LmdbEnv&) = delete;
  LmdbEnv& operator=(const LmdbEnv&) = delete;

  // Creates those that are missing. REQUIRES: no transaction is open.
  base::Result<void> open_tables(std::span<const Table> tables);

  MDB_env* get() const { return env_; }
  MDB_dbi dbi(Table table) const { return dbis_[static_cast<std::size_t>(table)]; }
  const std::string& path() const { return path_; }
  std::uint64_t used_bytes() const;  // pages in the file, free ones included

 private:
  LmdbEnv(MDB_env* env, std::string path) : env_(env), path_(std::move(path)) {}
  MDB_env* env_;
  std::string path_;
  std::array<MDB_dbi, kTableCount> dbis_{};
};

class Transaction {
 public:
  static base::Result<Transaction> read(const LmdbEnv& env) { return begin(env, MDB_RDONLY); }
  static base::Result<Transaction> write(const LmdbEnv& env) { return begin(env, 0); }
  Transaction(Transaction&& other) noexcept
      : env_(other.env_), txn_(std::exchange(other.txn_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  ~Transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }

  // Ends it, whatever the result.
  base::Result<void> commit();

  // The view lives until the next write or the end of the transaction.
  base::Result<std::optional<std::string_view>> get(Table table, std::string_view key) const;
  base::Result<void> put(Table table, std::string_view key, std::string_view value);
  base::Result<void> erase(Table table, std::string_view key);  // fine when it is missing
  // All keys that start with `prefix`.
  base::Result<void> erase_prefix(Table table, std::string_view prefix);
  // All keys below `key`.
  base::Result<void> erase_before(Table table, std::string_view key);

  // Calls `visit` in key order until it returns false or an error.
  using Visit = std::function<base::Result<bool>(std::string_view key, std::string_view value)>;
  base::Result<void> scan(Table table, const Visit& visit) const;
  // In reverse key order, from the last key below `before` (empty: from the last).
  base::Result<void> scan_back(Table table, std::string_view before, const Visit& visit) const;

  std::uint64_t table_bytes(Table table) const;  // whole pages
  std::uint64_t entries(Table table) const;

 private:
  Transaction(const LmdbEnv& env, MDB_txn* txn) : env_(&env), txn_(txn) {}
  static base::Result<Transaction> begin(const LmdbEnv& env, unsigned flags);
  base::Result<void> erase_range(Table table, std::string_view from,
                                 const std::function<bool(std::string_view key)>& inside);
  MDB_stat stat(Table table) const;

  const LmdbEnv* env_;
  MDB_txn* txn_;
};

}  // namespace storage
