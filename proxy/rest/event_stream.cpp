#include "proxy/rest/event_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/nearest.h"
#include "proxy/events/event_json.h"

namespace proxy::rest {
namespace {

constexpr std::string_view kEventStreamType = "text/event-stream";
constexpr std::array kStreamHeaders{http::HeaderField{"Cache-Control", "no-store"},
                                    http::HeaderField{"X-Accel-Buffering", "no"}};

base::Error bad(std::string message, std::string remedy) {
  return {base::ErrorCode::invalid_argument, std::move(message), std::move(remedy)};
}

base::Result<std::vector<events::EventType>> types_from(const std::vector<std::string>& names) {
  std::vector<events::EventType> types;
  for (const std::string& name : names) {
    const auto type = events::event_type_from(name);
    if (!type) {
      std::vector<std::string_view> known;
      for (std::size_t i = 0; i < events::kEventTypeCount; ++i) {
        known.push_back(events::to_string(static_cast<events::EventType>(i)));
      }
      return bad(fmt::format("there is no event type \"{}\"", name),
                 fmt::format("types are: {}", fmt::join(known, ", ")));
    }
    types.push_back(*type);
  }
  return types;
}

// One event of the stream, in parts; `id` and `data` are shared texts.
std::array<std::string_view, 7> frame(std::string_view type, std::string_view id,
                                      std::string_view data) {
  return {id.empty() ? "" : "id: ",
          id,
          id.empty() ? "event: " : "\nevent: ",
          type,
          "\ndata: ",
          data,
          "\n\n"};
}

}  // namespace

base::Result<EventQuery> event_query_from(std::string_view text, std::string_view last_event_id) {
  const auto query =
      Query::parse(text, {"type", "server", "group", "after", "replay", "follow", "calls"});
  if (!query) return query.error();
  EventQuery wanted;
  auto types = types_from(query->all("type"));
  if (!types) return types.error();
  wanted.filter = {*std::move(types), query->all("server"), query->all("group")};
  const auto follow = query->flag("follow", true);
  const auto calls = query->flag("calls", false);
  if (!follow) return follow.error();
  if (!calls) return calls.error();
  wanted.follow = *follow;
  wanted.calls = *calls;

  const std::string_view after =
      last_event_id.empty() ? query->get("after").value_or("") : last_event_id;
  if (!after.empty()) {
    wanted.after = events::event_id_from(after);
    if (!wanted.after) {
      return bad(fmt::format("\"{}\" is no event id", after), "give one as an event carried it");
    }
  }
  const auto replay = query->get("replay");
  if (replay && *replay != "all") {
    return bad(fmt::format("replay=\"{}\" is not known", *replay), "use replay=all");
  }
  wanted.replay_all = replay.has_value() && !wanted.after;
  return wanted;
}

EventStream::EventStream(EventStreams& owner, http::Exchange&& exchange, EventQuery query,
                         events::CallEvents* calls)
    : owner_(owner), exchange_(std::move(exchange)) {
  exchange_.watch(this);
  exchange_.begin_stream(http::Status::ok, kEventStreamType, kStreamHeaders);
  exchange_.write("retry: 2000\n\n");
  const auto after = query.replay_all ? owner_.bus_.before_oldest() : query.after;
  subscription_ = owner_.bus_.subscribe(std::move(query.filter), after, *this);
  if (calls != nullptr) watch_ = calls->watch(*this);
  owner_.runtime_.start(silence_, kKeepAlive);
}

bool EventStream::write(std::string_view type, std::string_view id, std::string_view data) {
  exchange_.write(frame(type, id, data));
  owner_.runtime_.start(silence_, kKeepAlive);
  return can_take_more();
}

bool EventStream::on_event(const std::shared_ptr<const events::Published>& event) {
  return write(events::to_string(events::type_of(event->event())), events::to_string(event->id()),
               event->json());
}

bool EventStream::on_gap(const events::Gap& gap) {
  return write("gap", events::to_string(gap.to), events::to_json(gap));
}

bool EventStream::on_call(const events::CallEvent& event) {
  return write("call", "", events::to_json(event));
}

bool EventStream::on_dropped(std::uint64_t count) {
  return write("dropped", "", fmt::format(R"({{"type":"dropped","count":{}}})", count));
}

void EventStream::on_silence() {
  exchange_.write(":\n\n");
  owner_.runtime_.start(silence_, kKeepAlive);
}

void EventStream::on_writable(http::Exchange&) {
  subscription_->resume();
  if (watch_ != nullptr) watch_->resume();
}

void EventStream::on_peer_gone(http::Exchange&) {
  owner_.remove(*this);
}

void EventStream::on_drain(http::Exchange&) {
  exchange_.end();
  owner_.remove(*this);
}

base::Result<void> EventStreams::check(const EventQuery& query) const {
  if (query.calls && calls_ == nullptr) {
    return base::Error{base::ErrorCode::unsupported, "this daemon has no stream of calls", {}};
  }
  if (query.follow && streams_.size() >= kStreamsMax) {
    return base::Error{base::ErrorCode::overloaded,
                       fmt::format("{} clients follow the events already", kStreamsMax),
                       "close some, or ask again without follow"};
  }
  return base::kDone;
}

void EventStreams::open(http::Exchange&& exchange, EventQuery query) {
  if (!query.follow) {
    answer_once(exchange, query);
    return;
  }
  events::CallEvents* calls = query.calls ? calls_ : nullptr;
  streams_.push_back(
      std::make_unique<EventStream>(*this, std::move(exchange), std::move(query), calls));
}

void EventStreams::answer_once(http::Exchange& exchange, const EventQuery& query) {
  std::string text;
  const auto add = [&](std::string_view type, const std::string& id, std::string_view data) {
    for (const std::string_view part : frame(type, id, data)) text += part;
  };
  if (const auto gap = query.after ? bus_.gap_after(*query.after) : std::nullopt) {
    add("gap", events::to_string(gap->to), events::to_json(*gap));
  } else {
    const auto after =
        query.after.value_or(query.replay_all ? bus_.before_oldest() : bus_.last_id());
    for (const auto& event : bus_.kept_after(after)) {
      if (!query.filter.matches(event->event())) continue;
      add(events::to_string(events::type_of(event->event())), events::to_string(event->id()),
          event->json());
    }
  }
  exchange.respond(http::Status::ok, kEventStreamType, text, kStreamHeaders);
}

void EventStreams::remove(EventStream& stream) {
  const auto found = std::ranges::find(streams_, &stream, &std::unique_ptr<EventStream>::get);
  if (found == streams_.end()) return;
  runtime_.turn.retire(std::move(*found));  // its callback is still on the stack
  streams_.erase(found);
}

}  // namespace proxy::rest
