// Where a write of the configuration file is announced before it happens, so that a crash in the
// middle can be put right at the next start. The daemon implements it with the store's journal
// table. Seam.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "proxy/config/content_hash.h"

namespace proxy::config {

struct IntentEntry {
  std::uint64_t revision = 0;  // counts up from 1
  ContentHash old_hash{};
  ContentHash new_hash{};
  std::string new_text;
  bool operator==(const IntentEntry&) const = default;
};

// Threads: the loop; `done` is called there, never inside the call that caused it, and with success
// only when the change is durable.
class IntentJournal {
 public:
  using Callback = std::function<void(base::Result<void>)>;
  IntentJournal() = default;
  IntentJournal(const IntentJournal&) = delete;
  IntentJournal& operator=(const IntentJournal&) = delete;
  virtual ~IntentJournal() = default;

  virtual void begin(IntentEntry entry, Callback done) = 0;
  // Marks the entry done, in one transaction with the records that belong to `command` (the id
  // given to IntentWriter::submit(); 0: none).
  virtual void finish(const IntentEntry& entry, std::uint64_t command, Callback done) = 0;
  // Marks the entry done without effect: the file was not changed.
  virtual void abandon(const IntentEntry& entry, Callback done) = 0;
};

}  // namespace proxy::config
