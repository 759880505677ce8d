// The one writer of the configuration file: applies changes of intent one after another, each with
// the two-phase commit of file and journal. Resource.
//
//   1. prepare: read, edit, check, write the temporary file      (off the loop)
//   2. journal.begin: {revision, hashes, new text}, durable
//   3. swap the file, sync the directory                         (off the loop)
//   4. journal.finish, durable; then the answer
//
// A failure before 3 leaves the file as it was; a failure of 4 puts the old text back. What a crash
// leaves is for recover_file() (intent_recovery.h) at the next start. So is the entry of a failed
// swap while the directory cannot be synced: it is closed with the next change that finds it can.
//
// Ownership: files, journal and what `offload` uses outlive it. Destroying it drops the callbacks
// of
//            changes that wait or are under way; what is under way in a file step still ends.
// Threads:   the loop; callbacks come there, never inside submit().
// Limits:    kPendingMax changes wait; beyond, overloaded.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "proxy/config/config.h"
#include "proxy/config/config_file.h"
#include "proxy/config/content_hash.h"
#include "proxy/config/intent_journal.h"

namespace proxy::config {

class IntentWriter {
 public:
  static constexpr std::size_t kPendingMax = 1'000;

  // Runs `work`, which blocks, on whatever thread, then `then` on the loop; neither inside the
  // call.
  using Offload = std::function<void(std::function<void()> work, std::function<void()> then)>;

  struct Request {
    Change change;
    std::optional<ContentHash> if_match;  // the text the change was made for; nothing: any
    std::uint64_t command = 0;            // handed on to IntentJournal::finish()
    Review review = {};                   // may refuse what would come of it; empty: all is well
  };
  struct Outcome {
    bool changed = false;  // false: the file says so already; the journal was not touched
    std::uint64_t revision = 0;
    Config config;  // of the text that stands now
    std::string text;
    ContentHash hash{};
  };
  using Done = std::function<void(base::Result<Outcome>)>;

  // `last_revision` is the highest the journal has seen.
  IntentWriter(base::FileSystem& files, IntentJournal& journal, Offload offload, std::string path,
               std::uint64_t last_revision);
  ~IntentWriter();
  IntentWriter(const IntentWriter&) = delete;
  IntentWriter& operator=(const IntentWriter&) = delete;

  // Errors: those of prepare_write(), the review's and commit_write(), store_unavailable,
  // overloaded.
  void submit(Request request, Done done);

  bool idle() const { return active_ == nullptr && waiting_.empty(); }

 private:
  struct Job;
  using Step = void (IntentWriter::*)(const std::shared_ptr<Job>&);
  using ResultStep = void (IntentWriter::*)(const std::shared_ptr<Job>&, const base::Result<void>&);

  void start_next();
  void prepared(const std::shared_ptr<Job>& job);
  void close_unsettled(const std::shared_ptr<Job>& job, const base::Result<void>& closed);
  void announced(const std::shared_ptr<Job>& job, const base::Result<void>& result);
  void swapped(const std::shared_ptr<Job>& job);
  void finished(const std::shared_ptr<Job>& job, const base::Result<void>& result);
  void abandoned(const std::shared_ptr<Job>& job, const base::Result<void>& result);
  void answer_failure(const std::shared_ptr<Job>& job);
  void answer(const std::shared_ptr<Job>& job, base::Result<Outcome> result);
  // Runs `work` off the loop, then the step; the step falls away once this is destroyed.
  void run(const std::shared_ptr<Job>& job, std::function<void()> work, Step then);
  IntentJournal::Callback guarded(const std::shared_ptr<Job>& job, ResultStep then);

  base::FileSystem& files_;
  IntentJournal& journal_;
  Offload offload_;
  std::string path_;
  std::uint64_t last_revision_;
  std::shared_ptr<Job> active_;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::vector<IntentEntry> unsettled_;   // of failed swaps, open in the journal
  std::shared_ptr<IntentWriter*> self_;  // null inside once this is destroyed
};

}  // namespace proxy::config
