#include "proxy/daemon/decisions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "proxy/tools/agent_rules.h"

namespace proxy::daemon {

using config::Actor;
using config::Config;
using tools::MarkChange;
using tools::Marked;

struct Decisions::Decision {
  Actor actor = Actor::person;
  std::uint64_t command = 0;
  tools::Decided decided;           // a person's
  tools::AgentMarks marks;          // as they were when it was submitted
  std::vector<MarkChange> changes;  // what is to be committed, with it or after it
};

Decisions::Decisions(storage::Store& store, StoreJournal& journal, const base::Clock& clock,
                     const std::vector<storage::AgentMarkRecord>& stored)
    : store_(store), journal_(journal), clock_(clock) {
  std::vector<MarkChange> changes;
  for (const storage::AgentMarkRecord& record : stored) {
    changes.push_back({record.is_group ? Marked::group : Marked::server, record.name,
                       tools::AgentMark{record.added, record.held, record.entry}});
  }
  marks_.apply(changes);
}

storage::Batch Decisions::batch_of(const std::vector<MarkChange>& changes) const {
  storage::Batch batch;
  for (const MarkChange& change : changes) {
    const bool is_group = change.kind == Marked::group;
    if (change.mark) {
      batch.put_agent_mark({is_group, change.name, change.mark->added, change.mark->held,
                            change.mark->entry, clock_.wall_now()});
    } else {
      batch.erase_agent_mark(is_group, change.name);
    }
  }
  return batch;
}

std::shared_ptr<Decisions::Decision> Decisions::begin(config::IntentWriter::Request& request,
                                                      Actor actor) {
  auto decision = std::make_shared<Decision>();
  decision->actor = actor;
  decision->command = ++last_command_;
  if (actor == Actor::person) {
    decision->decided = tools::decided_by(request.change);
    decision->changes = marks_.undone_by(decision->decided);
    marks_.apply(decision->changes);
  }
  decision->marks = marks_;
  request.command = decision->command;
  request.review = [decision](const Config& before, const Config& after) -> base::Result<void> {
    std::vector<MarkChange> changes;
    if (decision->actor == Actor::agent) {
      if (auto allowed = tools::agent_may(before, after, decision->marks); !allowed) return allowed;
      changes = decision->marks.after_agent(before, after);
    } else {
      changes = decision->marks.outdated(after);
    }
    std::ranges::move(changes, std::back_inserter(decision->changes));
    return base::kDone;
  };
  journal_.accompany(decision->command, [this, decision] { return batch_of(decision->changes); });
  return decision;
}

void Decisions::ended(Decision& decision,
                      const base::Result<config::IntentWriter::Outcome>& outcome) {
  journal_.forget(decision.command);
  // What agents did between a person's word and its effect.
  std::vector<MarkChange> undone = marks_.undone_by(decision.decided);
  const bool committed = outcome && outcome->changed;
  if (committed) marks_.apply(decision.changes);
  marks_.apply(undone);
  if (!committed && decision.actor == Actor::person) {
    std::ranges::move(decision.changes, std::back_inserter(undone));
  }
  decision.changes = std::move(undone);
}

void Decisions::settle(Decision& decision, Done done) {
  if (decision.changes.empty()) return done(base::kDone);
  store_.commit(batch_of(std::exchange(decision.changes, {})), std::move(done));
}

void Decisions::follow(const Config& config) {
  const std::vector<MarkChange> outdated = marks_.outdated(config);
  if (outdated.empty()) return;
  marks_.apply(outdated);
  store_.commit(batch_of(outdated), [](const base::Result<void>&) {});
}

}  // namespace proxy::daemon
