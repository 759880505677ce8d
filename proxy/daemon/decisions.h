// Who decided what stands in the configuration: keeps the marks of what agents did, durable with
// the change that made them, and has every change of an agent's judged. Resource.
//
// The marks change with the file and in its order; a person's word counts from the moment it is
// given, so that an agent's change which comes later is judged without the mark it takes away.
//
// Ownership: the daemon's; store, journal and clock outlive it.
// Threads:   the loop thread; what judges a change runs on the writer's and has copies.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "proxy/config/actor.h"
#include "proxy/config/config.h"
#include "proxy/config/intent_writer.h"
#include "proxy/daemon/store_journal.h"
#include "proxy/tools/agent_marks.h"
#include "storage/store.h"

namespace proxy::daemon {

class Decisions {
 public:
  using Done = std::function<void(base::Result<void>)>;
  // One change on its way.
  struct Decision;

  Decisions(storage::Store& store, StoreJournal& journal, const base::Clock& clock,
            const std::vector<storage::AgentMarkRecord>& stored);
  Decisions(const Decisions&) = delete;
  Decisions& operator=(const Decisions&) = delete;

  // Who disabled or quarantined what is.
  config::Actor held_by(tools::Marked kind, std::string_view name) const {
    return marks_.held(kind, name) ? config::Actor::agent : config::Actor::person;
  }

  // Makes `request` one of that actor's. ended() and then settle() follow, the configuration that
  // came of it being taken in between.
  std::shared_ptr<Decision> begin(config::IntentWriter::Request& request, config::Actor actor);
  // `outcome` is the writer's.
  void ended(Decision& decision, const base::Result<config::IntentWriter::Outcome>& outcome);
  // `done` is told, at once or later, when what the decision means is durable.
  void settle(Decision& decision, Done done);
  // Another configuration stands, whoever wrote it: marks it does not agree with go.
  void follow(const config::Config& config);

 private:
  storage::Batch batch_of(const std::vector<tools::MarkChange>& changes) const;

  storage::Store& store_;
  StoreJournal& journal_;
  const base::Clock& clock_;
  tools::AgentMarks marks_;
  std::uint64_t last_command_ = 0;
};

}  // namespace proxy::daemon
