// What travels between a store's front and its writer. Values: moved to the writer, and back as
// outcomes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/batch.h"

namespace storage {

struct WriteJob {
  enum class Kind : std::uint8_t { state, bulk, backup };
  Kind kind = Kind::state;
  std::uint64_t id = 0;
  Batch batch;
  std::string path;      // of backup
  base::WallTime now{};  // of bulk: results that have expired go
};

struct WriteOutcome {
  std::uint64_t id = 0;
  base::Result<void> result;
};

// What one turn of the writer did.
struct WriteReport {
  std::vector<WriteOutcome> outcomes;  // state jobs first, each kind in the order of submission
  std::size_t batches = 0;             // of state, applied
  bool committed = false;              // a state transaction was made durable
  std::optional<base::Error> commit_failure;  // of the state transaction as a whole
};

}  // namespace storage
