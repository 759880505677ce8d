// The stream of state events: numbered, ordered, replayable, the same for all subscribers.
// Resource.
//
// Ownership: the daemon owns it; a Subscriber outlives its Subscription, and the bus all of them.
//            A Subscription may be destroyed, and events may be published, inside any callback.
// Threads:   the loop thread only. Subscribers run at the end of the turn, after publish()
// returned,
//            in the order of the publishes.
// Limits:    the last kReplayMax events are kept. A subscriber has no queue, only a place among
//            them, so a stuck one costs nothing; when it falls off it gets one gap.
// Cost:      publish() is one allocation; an event is serialised once, when the first subscriber
//            that wants text looks at it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/turn_queue.h"
#include "proxy/events/event.h"
#include "proxy/events/event_filter.h"
#include "proxy/events/event_id.h"
#include "proxy/events/feed.h"

namespace proxy::events {

// An event on the bus, shared by all who look at it. Immutable but for the text made on demand.
class Published {
 public:
  Published(EventId id, base::WallTime at, Event event)
      : id_(id), at_(at), event_(std::move(event)) {}
  EventId id() const { return id_; }
  base::WallTime at() const { return at_; }
  const Event& event() const { return event_; }
  // One line of JSON (event_json.h).
  const std::string& json() const;

 private:
  EventId id_;
  base::WallTime at_;
  Event event_;
  mutable std::string json_;  // empty until asked for; loop thread only
};

// The events after `from` up to and including `to` will not come, filtered ones among them. A
// snapshot that carries an event id of `to` or later makes up for them.
struct Gap {
  EventId from;
  EventId to;
};
// {"type":"gap","from":"2-1","to":"3-17"}.
std::string to_json(const Gap& gap);

// Both return whether more can be taken now; after false nothing comes until resume().
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual bool on_event(const std::shared_ptr<const Published>& event) = 0;
  virtual bool on_gap(const Gap& gap) = 0;
};

class EventBus {
 public:
  static constexpr std::size_t kReplayMax = 10'000;

  // `epoch` is greater than that of every earlier start on the same data dir.
  EventBus(std::uint64_t epoch, const base::Clock& clock, base::TurnQueue& turn,
           std::size_t replay_max = kReplayMax);
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  EventId publish(Event event);
  // What a snapshot taken now is true at.
  EventId last_id() const { return {epoch_, feed_.next_seq() - 1}; }
  // Subscribing after it replays all that is kept.
  EventId before_oldest() const { return {epoch_, feed_.oldest_seq() - 1}; }
  // The gap that a subscriber after `after` starts with, if any.
  std::optional<Gap> gap_after(EventId after) const;
  // What is kept after an id, oldest first. REQUIRES: no gap_after() it.
  std::vector<std::shared_ptr<const Published>> kept_after(EventId after) const;
  std::size_t subscriber_count() const { return feed_.reader_count(); }

  // Ends when destroyed. Resource.
  class Subscription final : private Feed<Published>::Reader {
   public:
    ~Subscription() override = default;
    // After a callback returned false: more can be taken again.
    void resume() { cursor_->resume(); }

   private:
    friend class EventBus;
    Subscription(EventBus& bus, EventFilter filter, std::optional<EventId> after,
                 Subscriber& subscriber);
    bool on_start() override;
    bool on_item(const std::shared_ptr<const Published>& item) override;
    bool on_missed(std::uint64_t first, std::uint64_t last) override;

    const std::uint64_t epoch_;
    const EventFilter filter_;
    Subscriber& subscriber_;
    std::optional<Gap> gap_at_start_;
    std::optional<Feed<Published>::Cursor> cursor_;
  };

  // Events after `after`; without it, those published from now on. Where some of them are gone, a
  // gap up to now comes first.
  std::unique_ptr<Subscription> subscribe(EventFilter filter, std::optional<EventId> after,
                                          Subscriber& subscriber);

 private:
  const std::uint64_t epoch_;
  const base::Clock& clock_;
  Feed<Published> feed_;
};

}  // namespace proxy::events
