#include "proxy/events/event_bus.h"

#include <fmt/format.h>

#include "proxy/events/event_json.h"

namespace proxy::events {

const std::string& Published::json() const {
  if (json_.empty()) json_ = to_json(id_, at_, event_);
  return json_;
}

std::string to_json(const Gap& gap) {
  return fmt::format(R"({{"type":"gap","from":"{}","to":"{}"}})", to_string(gap.from),
                     to_string(gap.to));
}

EventBus::EventBus(std::uint64_t epoch, const base::Clock& clock, base::TurnQueue& turn,
                   std::size_t replay_max)
    : epoch_(epoch), clock_(clock), feed_(turn, replay_max) {}

EventId EventBus::publish(Event event) {
  const EventId id{epoch_, feed_.next_seq()};
  feed_.push(std::make_shared<const Published>(id, clock_.wall_now(), std::move(event)));
  return id;
}

std::unique_ptr<EventBus::Subscription> EventBus::subscribe(EventFilter filter,
                                                            std::optional<EventId> after,
                                                            Subscriber& subscriber) {
  return std::unique_ptr<Subscription>(
      new Subscription(*this, std::move(filter), after, subscriber));
}

std::optional<Gap> EventBus::gap_after(EventId after) const {
  const bool of_this_start = after.epoch == epoch_ && after.seq < feed_.next_seq();
  if (of_this_start && after.seq + 1 >= feed_.oldest_seq()) return std::nullopt;
  return Gap{after, last_id()};
}

std::vector<std::shared_ptr<const Published>> EventBus::kept_after(EventId after) const {
  std::vector<std::shared_ptr<const Published>> kept;
  for (std::uint64_t seq = after.seq + 1; seq < feed_.next_seq(); ++seq) {
    kept.push_back(feed_.item(seq));
  }
  return kept;
}

EventBus::Subscription::Subscription(EventBus& bus, EventFilter filter,
                                     std::optional<EventId> after, Subscriber& subscriber)
    : epoch_(bus.epoch_), filter_(std::move(filter)), subscriber_(subscriber) {
  const EventId start = after.value_or(bus.last_id());
  gap_at_start_ = bus.gap_after(start);
  const std::uint64_t next = gap_at_start_ ? bus.feed_.next_seq() : start.seq + 1;
  Feed<Published>::Reader& reader = *this;  // private base: optional cannot convert
  cursor_.emplace(bus.feed_, reader, next);
}

bool EventBus::Subscription::on_start() {
  return !gap_at_start_ || subscriber_.on_gap(*gap_at_start_);
}

bool EventBus::Subscription::on_item(const std::shared_ptr<const Published>& item) {
  return !filter_.matches(item->event()) || subscriber_.on_event(item);
}

bool EventBus::Subscription::on_missed(std::uint64_t first, std::uint64_t last) {
  return subscriber_.on_gap(Gap{{epoch_, first - 1}, {epoch_, last}});
}

}  // namespace proxy::events
