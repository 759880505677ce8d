// The clients of the transport of 2024-11-05 (HTTP+SSE): each is one event stream, which is its
// session. Messages come by POST, every answer goes into the stream. Resources.
//
// Ownership: SseConnections is the daemon's; calls and runtime outlive it. A connection lives until
//            its client goes, its surface goes or the server drains; Replies may hold it longer,
//            and are dropped then.
// Threads:   the loop thread.
// Limits:    kConnectionsMax streams; what one holds unsent is bounded by the HTTP server.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/runtime.h"
#include "proxy/downstream/call_table.h"
#include "proxy/downstream/reply_channel.h"
#include "proxy/downstream/server_stream.h"
#include "proxy/downstream/session.h"

namespace proxy::downstream {

class SseConnections;

class SseConnection final : public ReplyChannel, private StreamOwner {
 public:
  SseConnection(SseConnections& connections, std::string id, security::Principal principal,
                std::shared_ptr<Surface> surface, http::Exchange exchange);
  ~SseConnection() override;
  SseConnection(const SseConnection&) = delete;
  SseConnection& operator=(const SseConnection&) = delete;

  Session& session() { return session_; }
  Surface& surface() { return *surface_; }
  // Its client still listens.
  bool is_open() const { return stream_ != nullptr; }
  // The client has sent its initialize, and it was answered well.
  bool initialized() const { return session_.facts.surface != 0; }

  void add(std::string_view id, http::Exchange::Parts message) override;
  void skip() override;
  void notify(std::string_view message) override;
  bool carries_notices() const override { return is_open(); }

 private:
  friend class SseConnections;
  void on_client_gone() override;
  void on_stream_drain() override;
  void end_when_idle();

  SseConnections& connections_;
  Session session_;  // without surface until initialized
  std::shared_ptr<Surface> surface_;
  std::unique_ptr<ServerStream> stream_;  // null once it is over
  bool draining_ = false;
  base::EndOfTurn<SseConnection, &SseConnection::end_when_idle> idle_hook_{*this};
};

class SseConnections final : public ListAudience {
 public:
  static constexpr std::size_t kConnectionsMax = 2'000;

  SseConnections(base::Runtime runtime, CallTable& calls) : runtime_(runtime), calls_(calls) {}
  ~SseConnections() override;
  SseConnections(const SseConnections&) = delete;
  SseConnections& operator=(const SseConnections&) = delete;

  // Begins the stream: its first event tells the client where to POST.
  // REQUIRES: size() < kConnectionsMax.
  void open(security::Principal principal, std::shared_ptr<Surface> surface,
            http::Exchange exchange);
  // Null for an unknown id, and for one of another principal.
  std::shared_ptr<SseConnection> find(std::string_view id, security::Principal principal);
  // Ends the stream, and the calls whose answers would have gone into it.
  void close(SseConnection& connection);

  void list_changed(protocol::ListKind kind, upstream::UpstreamId id) override;
  void surface_changed(const Surface& surface) override;
  void surface_removed(const Surface& surface) override;
  std::size_t size() const { return connections_.size(); }

 private:
  friend class SseConnection;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  base::Runtime runtime_;
  CallTable& calls_;
  std::unordered_map<std::string, std::shared_ptr<SseConnection>, Hash, std::equal_to<>>
      connections_;  // by Session::id
};

}  // namespace proxy::downstream
