#include "sim_store.h"

#include <utility>

namespace sim {

using upstream::UpstreamMemory;

void SimStore::write_behind(const std::string& name, UpstreamMemory memory) {
  enqueue(
      {name, [memory = std::move(memory)](UpstreamMemory& record) { record = memory; }, {}, false});
}

void SimStore::commit_auto_disable(const std::string& name, std::string reason,
                                   upstream::FleetObserver::CommitDone done) {
  const base::WallTime now = runtime_.clock.wall_now();
  const bool fails = runtime_.random.unit() < failing_share_;
  enqueue({name,
           [reason = std::move(reason), now](UpstreamMemory& record) {
             record.auto_disabled = UpstreamMemory::AutoDisabled{reason, now};
           },
           std::move(done), fails});
}

void SimStore::enqueue(Write write) {
  waiting_.push_back(std::move(write));
  if (!timer_.armed()) runtime_.start(timer_, commit_takes_);
}

// One batch: all that waits. A failed batch applies nothing; observations in it are tried again.
void SimStore::on_written() {
  std::deque<Write> batch = std::exchange(waiting_, {});
  for (Write& write : batch) {
    if (!write.fails) write.change(records_[write.name]);
  }
  for (Write& write : batch) {
    if (!write.done) continue;
    if (write.fails) {
      write.done(base::Error{base::ErrorCode::store_unavailable, "The disk is full", ""});
    } else {
      write.done(base::kDone);
    }
  }
  if (!waiting_.empty() && !timer_.armed()) runtime_.start(timer_, commit_takes_);
}

void SimStore::power_cut() {
  waiting_.clear();
  timer_.cancel();
}

}  // namespace sim
