#include "event_reader.h"

#include <fmt/format.h>

namespace sim {

void EventReader::subscribe(proxy::events::EventBus& bus) {
  stalled_ = false;
  if (!last_) last_ = bus.last_id();
  subscription_ = bus.subscribe({}, last_, *this);
}

void EventReader::go_on() {
  if (subscription_ == nullptr || !stalled_) return;
  stalled_ = false;
  subscription_->resume();
}

bool EventReader::on_event(const std::shared_ptr<const proxy::events::Published>& event) {
  if (stalled_) report_.violate("an event came to a subscriber that had stopped reading");
  const proxy::events::EventId id = event->id();
  if (id.epoch != last_->epoch || id.seq != last_->seq + 1) {
    report_.violate(
        fmt::format("event {}-{} came after {}-{}", id.epoch, id.seq, last_->epoch, last_->seq));
  }
  last_ = id;
  stalled_ = random_.unit() < stalls_;
  return !stalled_;
}

bool EventReader::on_gap(const proxy::events::Gap& gap) {
  if (gap.from.epoch != last_->epoch || gap.from.seq != last_->seq || gap.to.seq <= gap.from.seq) {
    report_.violate(
        fmt::format("a gap from {} to {} came after {}", gap.from.seq, gap.to.seq, last_->seq));
  }
  last_ = gap.to;
  return true;
}

}  // namespace sim
