// One client that follows GET /events. Resource.
//
// Ownership: EventStreams; it asks to be removed when its peer is gone or the server drains.
// Threads:   the loop thread.
// Limits:    a client that does not read is paused, and gets a gap when it has missed too much
//            (event_bus.h); what is queued for it is bounded by the HTTP server.
// Cost:      one chunk for each event, its text shared with all other streams.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "base/runtime.h"
#include "proxy/events/call_events.h"
#include "proxy/events/event_bus.h"
#include "proxy/http/exchange.h"
#include "proxy/rest/query.h"

namespace proxy::rest {

// What was asked of /events.
struct EventQuery {
  events::EventFilter filter;
  std::optional<events::EventId> after;  // Last-Event-ID, or `after`
  bool replay_all = false;               // `replay=all`: everything that is kept
  bool follow = true;                    // false: what is kept, then the end
  bool calls = false;                    // call events too
};
// Errors: invalid_argument. `last_event_id` is the header, empty when absent; it wins over `after`.
base::Result<EventQuery> event_query_from(std::string_view query, std::string_view last_event_id);

class EventStreams;

class EventStream final : public http::ExchangeWatcher,
                          private events::Subscriber,
                          private events::CallWatcher {
 public:
  static constexpr base::Milliseconds kKeepAlive{15'000};

  // `calls` is null when call events were not asked for.
  EventStream(EventStreams& owner, http::Exchange&& exchange, EventQuery query,
              events::CallEvents* calls);
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

 private:
  bool on_event(const std::shared_ptr<const events::Published>& event) override;
  bool on_gap(const events::Gap& gap) override;
  bool on_call(const events::CallEvent& event) override;
  bool on_dropped(std::uint64_t count) override;
  void on_peer_gone(http::Exchange& exchange) override;
  void on_writable(http::Exchange& exchange) override;
  void on_drain(http::Exchange& exchange) override;
  void on_silence();
  bool write(std::string_view type, std::string_view id, std::string_view data);
  bool can_take_more() const { return exchange_.open() && !exchange_.congested(); }

  EventStreams& owner_;
  http::Exchange exchange_;
  base::Timer<EventStream, &EventStream::on_silence> silence_{*this};
  std::unique_ptr<events::EventBus::Subscription> subscription_;
  std::unique_ptr<events::CallEvents::Watch> watch_;
};

// All clients of GET /events. Resource; destroyed before the bus.
class EventStreams {
 public:
  static constexpr std::size_t kStreamsMax = 1'000;

  EventStreams(events::EventBus& bus, events::CallEvents* calls, base::Runtime runtime)
      : bus_(bus), calls_(calls), runtime_(runtime) {}
  EventStreams(const EventStreams&) = delete;
  EventStreams& operator=(const EventStreams&) = delete;

  // Whether a query can be served now: overloaded when kStreamsMax follow already, unsupported when
  // calls are asked for and this daemon has no such stream.
  base::Result<void> check(const EventQuery& query) const;
  // REQUIRES: check() was ok.
  void open(http::Exchange&& exchange, EventQuery query);
  std::size_t count() const { return streams_.size(); }

 private:
  friend class EventStream;
  void remove(EventStream& stream);
  void answer_once(http::Exchange& exchange, const EventQuery& query);

  events::EventBus& bus_;
  events::CallEvents* const calls_;
  const base::Runtime runtime_;
  std::vector<std::unique_ptr<EventStream>> streams_;
};

}  // namespace proxy::rest
