// The GET streams of sessions: what the server says outside of any request. Resources.
//
// Ownership: an EventStream is the EventStreams'; it dies when the client goes, the session ends or
//            the server drains. EventStreams is the daemon's.
// Threads:   the loop thread.
#pragma once
#include <memory>
#include <unordered_map>

#include "base/runtime.h"
#include "proxy/downstream/list_notices.h"
#include "proxy/downstream/notice_channel.h"
#include "proxy/downstream/server_stream.h"
#include "proxy/downstream/session.h"

namespace proxy::downstream {

class EventStreams;

class EventStream final : public NoticeChannel, private StreamOwner {
 public:
  EventStream(EventStreams& streams, Session& session, std::shared_ptr<const Surface> surface,
              http::Exchange exchange);
  ~EventStream() override;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  const Surface& surface() const { return *surface_; }
  void list_changed(protocol::ListKind kind) { stream_.list_changed(kind); }
  void notify(std::string_view message) override { stream_.event("message", message); }

 private:
  void on_client_gone() override;
  void on_stream_drain() override;

  EventStreams& streams_;
  Session& session_;
  std::shared_ptr<const Surface> surface_;
  ServerStream stream_;
};

class EventStreams final : public ListAudience {
 public:
  explicit EventStreams(base::Runtime runtime) : runtime_(runtime) {}
  ~EventStreams() override;
  EventStreams(const EventStreams&) = delete;
  EventStreams& operator=(const EventStreams&) = delete;

  // REQUIRES: the session has no stream.
  void open(Session& session, std::shared_ptr<const Surface> surface, http::Exchange exchange);
  // Ends the session's stream, if it has one.
  void close(Session& session);
  void list_changed(protocol::ListKind kind, upstream::UpstreamId id) override;
  void surface_changed(const Surface& surface) override;
  void surface_removed(const Surface& surface) override;
  std::size_t size() const { return streams_.size(); }

 private:
  friend class EventStream;
  base::Runtime runtime_;
  std::unordered_map<Session*, std::unique_ptr<EventStream>> streams_;
};

}  // namespace proxy::downstream
