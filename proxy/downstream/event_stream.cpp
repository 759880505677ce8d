#include "proxy/downstream/event_stream.h"

#include <vector>

namespace proxy::downstream {

EventStream::EventStream(EventStreams& streams, Session& session,
                         std::shared_ptr<const Surface> surface, http::Exchange exchange)
    : streams_(streams),
      session_(session),
      surface_(std::move(surface)),
      stream_(streams.runtime_, *this, std::move(exchange)) {
  session_.stream = this;
  stream_.comment();
  session_.attach(*this);
}

EventStream::~EventStream() = default;  // the session may be gone, or have another stream by now

void EventStream::on_client_gone() {
  streams_.close(session_);
}

void EventStream::on_stream_drain() {
  streams_.close(session_);
}

EventStreams::~EventStreams() = default;

void EventStreams::open(Session& session, std::shared_ptr<const Surface> surface,
                        http::Exchange exchange) {
  streams_[&session] =
      std::make_unique<EventStream>(*this, session, std::move(surface), std::move(exchange));
}

// Retired, not destroyed: the stream may be the caller.
void EventStreams::close(Session& session) {
  auto node = streams_.extract(&session);
  if (node.empty()) return;
  session.stream = nullptr;
  session.notices = nullptr;
  runtime_.turn.retire(std::move(node.mapped()));
}

void EventStreams::list_changed(protocol::ListKind kind, upstream::UpstreamId id) {
  for (const auto& [session, stream] : streams_) {
    if (stream->surface().lists(kind, id)) stream->list_changed(kind);
  }
}

void EventStreams::surface_changed(const Surface& surface) {
  for (const auto& [session, stream] : streams_) {
    if (&stream->surface() != &surface) continue;
    for (const auto kind : kListedKinds) stream->list_changed(kind);
  }
}

void EventStreams::surface_removed(const Surface& surface) {
  std::vector<Session*> cut_off;
  for (const auto& [session, stream] : streams_) {
    if (&stream->surface() == &surface) cut_off.push_back(session);
  }
  for (Session* session : cut_off) close(*session);
}

}  // namespace proxy::downstream
