#include "storage/lmdb_env.h"

#include <sys/resource.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "storage/errors.h"

namespace storage {
namespace {

constexpr std::uint64_t kMapBytesMin = 64ULL * 1024 * 1024;
constexpr unsigned kReadersMax = 16;

MDB_val val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}
std::string_view view(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// With a limited address space, a quarter of it.
std::uint64_t affordable(std::uint64_t map_bytes) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return map_bytes;
  return std::min<std::uint64_t>(
      map_bytes, std::max<std::uint64_t>(limit.rlim_cur / 4, 1) & ~std::uint64_t{0xFFFF});
}

class Cursor {
 public:
  Cursor(MDB_txn* txn, MDB_dbi dbi) { error_ = mdb_cursor_open(txn, dbi, &cursor_); }
  ~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  // 0, MDB_NOTFOUND at the end, or an error.
  int move(MDB_val& key, MDB_val& value, MDB_cursor_op op) {
    return error_ != 0 ? error_ : mdb_cursor_get(cursor_, &key, &value, op);
  }
  int erase() { return mdb_cursor_del(cursor_, 0); }

 private:
  MDB_cursor* cursor_ = nullptr;
  int error_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<LmdbEnv>> LmdbEnv::open(const Options& options) {
  const unsigned flags =
      MDB_NOSUBDIR | MDB_NOTLS | (options.sync == Sync::content ? MDB_NOMETASYNC : 0U);
  std::uint64_t map_bytes = affordable(options.map_bytes);
  while (true) {
    MDB_env* raw = nullptr;
    if (const int error = mdb_env_create(&raw)) return lmdb_error("create", error);
    std::unique_ptr<LmdbEnv> env(new LmdbEnv(raw, options.path));
    mdb_env_set_maxdbs(raw, static_cast<MDB_dbi>(kTableCount));
    mdb_env_set_maxreaders(raw, kReadersMax);
    mdb_env_set_mapsize(raw, map_bytes);
    const int error = mdb_env_open(raw, options.path.c_str(), flags, 0600);
    if (error == ENOMEM && map_bytes > kMapBytesMin) {
      map_bytes /= 2;
      continue;
    }
    if (error != 0) return in_file(lmdb_error("open", error), options.path);
    int stale_readers = 0;
    mdb_reader_check(raw, &stale_readers);  // of a process that was killed
    return env;
  }
}

base::Result<void> LmdbEnv::open_tables(std::span<const Table> tables) {
  // Only a missing table needs a write, which a full disk may refuse.
  for (const unsigned create : {0U, static_cast<unsigned>(MDB_CREATE)}) {
    MDB_txn* txn = nullptr;
    if (const int error = mdb_txn_begin(env_, nullptr, create != 0 ? 0 : MDB_RDONLY, &txn)) {
      return lmdb_error("begin", error);
    }
    int error = 0;
    for (const Table table : tables) {
      error = mdb_dbi_open(txn, std::string(to_string(table)).c_str(), create,
                           &dbis_[static_cast<std::size_t>(table)]);
      if (error != 0) break;
    }
    if (error == 0)
      error = mdb_txn_commit(txn);
    else
      mdb_txn_abort(txn);
    if (error == 0) return base::kDone;
    if (create != 0 || error != MDB_NOTFOUND) return lmdb_error("open the tables", error);
  }
  return base::kDone;
}

std::uint64_t LmdbEnv::used_bytes() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env_, &info);
  mdb_env_stat(env_, &stat);
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

base::Result<Transaction> Transaction::begin(const LmdbEnv& env, unsigned flags) {
  MDB_txn* txn = nullptr;
  if (const int error = mdb_txn_begin(env.get(), nullptr, flags, &txn)) {
    return lmdb_error("begin", error);
  }
  return Transaction(env, txn);
}

base::Result<void> Transaction::commit() {
  if (const int error = mdb_txn_commit(std::exchange(txn_, nullptr))) {
    return lmdb_error("commit", error);
  }
  return base::kDone;
}

base::Result<std::optional<std::string_view>> Transaction::get(Table table,
                                                               std::string_view key) const {
  MDB_val name = val(key);
  MDB_val value{};
  const int error = mdb_get(txn_, env_->dbi(table), &name, &value);
  if (error == MDB_NOTFOUND) return std::optional<std::string_view>();
  if (error != 0) return lmdb_error("read", error);
  return std::optional(view(value));
}

base::Result<void> Transaction::put(Table table, std::string_view key, std::string_view value) {
  MDB_val name = val(key);
  MDB_val bytes = val(value);
  if (const int error = mdb_put(txn_, env_->dbi(table), &name, &bytes, 0)) {
    return lmdb_error("write", error);
  }
  return base::kDone;
}

base::Result<void> Transaction::erase(Table table, std::string_view key) {
  MDB_val name = val(key);
  const int error = mdb_del(txn_, env_->dbi(table), &name, nullptr);
  if (error != 0 && error != MDB_NOTFOUND) return lmdb_error("erase", error);
  return base::kDone;
}

base::Result<void> Transaction::erase_range(
    Table table, std::string_view from, const std::function<bool(std::string_view key)>& inside) {
  Cursor cursor(txn_, env_->dbi(table));
  MDB_val key = val(from);
  MDB_val value{};
  int error = cursor.move(key, value, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (error == 0 && inside(view(key))) {
    error = cursor.erase();
    // After an erase the cursor stands on what followed, and MDB_NEXT knows it.
    if (error == 0) error = cursor.move(key, value, MDB_NEXT);
  }
  if (error != 0 && error != MDB_NOTFOUND) return lmdb_error("erase", error);
  return base::kDone;
}

base::Result<void> Transaction::erase_prefix(Table table, std::string_view prefix) {
  return erase_range(table, prefix,
                     [prefix](std::string_view key) { return key.starts_with(prefix); });
}

base::Result<void> Transaction::erase_before(Table table, std::string_view limit) {
  return erase_range(table, {}, [limit](std::string_view key) { return key < limit; });
}

base::Result<void> Transaction::scan(Table table, const Visit& visit) const {
  Cursor cursor(txn_, env_->dbi(table));
  MDB_val key{};
  MDB_val value{};
  int error = cursor.move(key, value, MDB_FIRST);
  while (error == 0) {
    base::Result<bool> more = visit(view(key), view(value));
    if (!more) return std::move(more).error();
    if (!*more) return base::kDone;
    error = cursor.move(key, value, MDB_NEXT);
  }
  if (error != MDB_NOTFOUND) return lmdb_error("read", error);
  return base::kDone;
}

base::Result<void> Transaction::scan_back(Table table, std::string_view before,
                                          const Visit& visit) const {
  Cursor cursor(txn_, env_->dbi(table));
  MDB_val key = val(before);
  MDB_val value{};
  int error = 0;
  if (before.empty()) {
    error = cursor.move(key, value, MDB_LAST);
  } else {
    error = cursor.move(key, value, MDB_SET_RANGE);
    error = cursor.move(key, value, error == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
  }
  while (error == 0) {
    base::Result<bool> more = visit(view(key), view(value));
    if (!more) return std::move(more).error();
    if (!*more) return base::kDone;
    error = cursor.move(key, value, MDB_PREV);
  }
  if (error != MDB_NOTFOUND) return lmdb_error("read", error);
  return base::kDone;
}

MDB_stat Transaction::stat(Table table) const {
  MDB_stat stat{};
  mdb_stat(txn_, env_->dbi(table), &stat);
  return stat;
}

std::uint64_t Transaction::table_bytes(Table table) const {
  const MDB_stat pages = stat(table);
  return (pages.ms_branch_pages + pages.ms_leaf_pages + pages.ms_overflow_pages) * pages.ms_psize;
}

std::uint64_t Transaction::entries(Table table) const {
  return stat(table).ms_entries;
}

}  // namespace storage
