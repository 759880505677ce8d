// How a batch gets into a transaction: checked against keys and quotas first, so that a refused one
// leaves nothing behind and the others of its group go on. The thread of the transaction.
#pragma once
#include "base/clock.h"
#include "base/result.h"
#include "storage/batch.h"
#include "storage/lmdb_env.h"

namespace storage {

// invalid_argument for a key that cannot be stored, quota_exceeded for a table that would be too
// full; nothing was written then.
base::Result<void> check_batch(const Transaction& txn, const Batch& batch, const Quotas& quotas);

// REQUIRES: check_batch() accepted it in the same state of the transaction. An error is one of the
// whole transaction.
base::Result<void> apply_batch(Transaction& txn, const Batch& batch);

// Makes room for a batch of bulk tables: results that have expired go, then the oldest activity and
// the results that expire soonest, until the batch fits.
base::Result<void> make_room(Transaction& txn, const Batch& batch, const Quotas& quotas,
                             base::WallTime now);

}  // namespace storage
