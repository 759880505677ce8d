#include "storage/lmdb_store.h"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <utility>

#include "base/file_system.h"
#include "storage/codec.h"
#include "storage/errors.h"
#include "storage/lmdb_check.h"
#include "storage/record_codec.h"

namespace storage {
namespace {

constexpr std::array kStateTables{Table::meta,     Table::journal,        Table::servers,
                                  Table::catalogs, Table::approvals,      Table::groups,
                                  Table::uses,     Table::ended_sessions, Table::agent_marks};
constexpr std::array kBulkTables{Table::activity, Table::results, Table::result_expiry};
static_assert(kStateTables.size() == kStateTableCount);
static_assert(kStateTables.size() + kBulkTables.size() == kTableCount);

// Refuses a newer schema. A file without one is new and must be empty. Returns whether it is new.
base::Result<bool> check_schema(const LmdbEnv& env) {
  base::Result<Transaction> txn = Transaction::read(env);
  if (!txn) return txn.error();
  const auto stored = txn->get(Table::meta, kSchemaKey);
  if (!stored) return stored.error();
  if (!*stored) {
    if (txn->entries(Table::meta) != 0) return damaged("it has no schema version");
    return true;
  }
  ByteReader in(**stored);
  const std::uint64_t version = in.number();
  if (!in.finished() || version == 0) return damaged("its schema version does not read");
  if (version > LmdbStore::kSchemaVersion) return too_new(fmt::format("schema {}", version));
  return false;
}

base::Result<void> write_schema(const LmdbEnv& env) {
  ByteWriter version;
  version.number(LmdbStore::kSchemaVersion);
  base::Result<Transaction> txn = Transaction::write(env);
  if (!txn) return txn.error();
  if (auto put = txn->put(Table::meta, kSchemaKey, version.take()); !put) return put;
  return txn->commit();
}

// The schema is looked at before anything is created.
base::Result<void> prepare_state(LmdbEnv& env) {
  if (auto opened = env.open_tables(std::span(kStateTables).first(1)); !opened) return opened;
  const base::Result<bool> is_new = check_schema(env);
  if (!is_new) return is_new.error();
  if (auto opened = env.open_tables(kStateTables); !opened) return opened;
  return *is_new ? write_schema(env) : base::kDone;
}

base::Result<std::unique_ptr<LmdbEnv>> open_env(const std::string& path, std::uint64_t map_bytes,
                                                LmdbEnv::Sync sync) {
  if (auto sound = check_lmdb_file(path); !sound) return in_file(sound.error(), path);
  return LmdbEnv::open({path, map_bytes, sync});
}

}  // namespace

base::Result<LmdbStore::Files> LmdbStore::open_files(const StoreOptions& options) {
  base::PosixFileSystem files;
  if (auto made = files.create_dirs(options.data_dir, 0700); !made) return made.error();
  base::Result<StoreLock> lock = StoreLock::acquire(options.data_dir);
  if (!lock) return lock.error();

  const std::string state_path = options.data_dir + "/state.mdb";
  auto state = open_env(state_path, options.state_map_bytes, LmdbEnv::Sync::full);
  if (!state) return state.error();
  if (auto prepared = prepare_state(**state); !prepared) {
    return in_file(prepared.error(), state_path);
  }
  const std::string bulk_path = options.data_dir + "/bulk.mdb";
  auto bulk = open_env(bulk_path, options.bulk_map_bytes, LmdbEnv::Sync::content);
  if (!bulk) return bulk.error();
  if (auto opened = (*bulk)->open_tables(kBulkTables); !opened) {
    return in_file(opened.error(), bulk_path);
  }
  return Files{std::move(lock).value(), std::move(state).value(), std::move(bulk).value()};
}

base::Result<std::unique_ptr<LmdbStore>> LmdbStore::open(base::Loop& loop,
                                                         const StoreOptions& options) {
  base::Result<Files> files = open_files(options);
  if (!files) return files.error();
  std::unique_ptr<LmdbStore> store(new LmdbStore(loop, std::move(files).value(), options.quotas));
  if (auto found = store->find_last_sequence(); !found) {
    return in_file(found.error(), store->files_.bulk->path());
  }
  return store;
}

LmdbStore::LmdbStore(base::Loop& loop, Files files, const Quotas& quotas)
    : StoreFront(loop.runtime()),
      files_(std::move(files)),
      reports_(loop, 2 * kPendingMax + 64,
               [this](WriteReport&& report) { finished(std::move(report)); }),
      writer_(*files_.state, *files_.bulk, quotas, [this](WriteReport report) {
        // There are never more reports than jobs, and the front bounds those.
        const bool posted = reports_.post(std::move(report));
        assert(posted);
        static_cast<void>(posted);
      }) {}

LmdbStore::~LmdbStore() {
  flush();
  send_outbox();
  writer_.stop();
}

void LmdbStore::submit(WriteJob job) {
  outbox_.push_back(std::move(job));
  runtime_.turn.schedule(send_hook_);
}

void LmdbStore::send_outbox() {
  if (!outbox_.empty()) writer_.submit(std::exchange(outbox_, {}));
}

void LmdbStore::shutdown() {
  flush();
  send_outbox();
  writer_.stop();
  reports_.deliver();
}

base::Result<Snapshot> LmdbStore::load() {
  base::Result<Transaction> txn = Transaction::read(*files_.state);
  if (!txn) return txn.error();
  Snapshot snapshot;
  for (const Table table : kStateTables) {
    const auto scanned =
        txn->scan(table, [&](std::string_view key, std::string_view value) -> base::Result<bool> {
          if (auto added = add_record(snapshot, table, key, value); !added) return added.error();
          return true;
        });
    if (!scanned) return in_file(scanned.error(), files_.state->path());
  }
  return snapshot;
}

base::Result<void> LmdbStore::find_last_sequence() {
  return read_activity(0, [this](std::string_view value) -> base::Result<bool> {
    const base::Result<ActivityRecord> record = decode<ActivityRecord>(value);
    if (!record) return record.error();
    set_last_sequence(record->sequence);
    return false;
  });
}

base::Result<std::optional<std::string>> LmdbStore::read_result(std::string_view key) const {
  base::Result<Transaction> txn = Transaction::read(*files_.bulk);
  if (!txn) return txn.error();
  const auto value = txn->get(Table::results, name_key(key));
  if (!value) return value.error();
  if (!*value) return std::optional<std::string>();
  return std::optional(std::string(**value));
}

base::Result<void> LmdbStore::read_activity(std::uint64_t before_sequence,
                                            const VisitActivity& visit) const {
  base::Result<Transaction> txn = Transaction::read(*files_.bulk);
  if (!txn) return txn.error();
  const std::string before = before_sequence == 0 ? std::string() : number_key(before_sequence);
  return txn->scan_back(Table::activity, before,
                        [&](std::string_view, std::string_view value) { return visit(value); });
}

std::pair<std::uint64_t, std::uint64_t> LmdbStore::used_bytes() const {
  return {files_.state->used_bytes(), files_.bulk->used_bytes()};
}

}  // namespace storage
